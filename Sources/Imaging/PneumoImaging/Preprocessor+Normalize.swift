import PneumoModel

extension Preprocessor {

  /// Makes the tensor of an image whose values are numbers of 0...255 between the bytes, in place.
  ///
  /// - Parameters:
  ///   - values: `preprocessing.shape.count` floats; those at the beginning hold the image, rows of
  ///     pixels.
  ///   - channels: of the image: as many as the tensor has, in the order red, green, blue; or 1,
  ///     which stands for each.
  ///
  /// - Precondition: the layout is `channelsLast`.
  public func normalize(_ values: UnsafeMutableBufferPointer<Float>, channels: Int) {
    precondition(preprocessing.layout == .channelsLast, "rows of pixels of channels")
    precondition(values.count == preprocessing.shape.count, "one float a channel of each pixel")
    let wanted = preprocessing.colorMode.channels
    precondition(channels == wanted || channels == 1, "as many channels as wanted, or gray")
    let scalings = (0..<wanted).map { Scaling(preprocessing, $0) }
    if wanted == 1 {
      for k in values.indices { values[k] = scalings[0](values[k]) }
    } else if channels == 1 {
      spread(values, scalings)
    } else {
      scale(values, scalings)
    }
  }

  private func scale(_ values: UnsafeMutableBufferPointer<Float>, _ scalings: [Scaling]) {
    let (first, second, third) = (scalings[0], scalings[1], scalings[2])
    let reverses = preprocessing.colorMode == .bgr
    // SAFETY: three floats for each pixel.
    for pixel in 0..<values.count / 3 {
      let (red, green, blue) = (values[3 * pixel], values[3 * pixel + 1], values[3 * pixel + 2])
      values[3 * pixel] = first(reverses ? blue : red)
      values[3 * pixel + 1] = second(green)
      values[3 * pixel + 2] = third(reverses ? red : blue)
    }
  }

  /// Scales the gray image in the first third of `values`, and gives each pixel three channels.
  private func spread(_ values: UnsafeMutableBufferPointer<Float>, _ scalings: [Scaling]) {
    let (first, second, third) = (scalings[0], scalings[1], scalings[2])
    let areEqual = first == second && second == third
    // SAFETY: pixel k is read from k and written to 3k..<3k+3, from the last one on, so that none is
    // written over before it is read.
    for pixel in stride(from: values.count / 3 - 1, through: 0, by: -1) {
      let value = values[pixel]
      let scaled = first(value)
      values[3 * pixel] = scaled
      values[3 * pixel + 1] = areEqual ? scaled : second(value)
      values[3 * pixel + 2] = areEqual ? scaled : third(value)
    }
  }
}

/// The numbers of a channel.
struct Scaling: Equatable {
  private let scale: Float
  private let mean: Float
  private let standardDeviation: Float

  init(_ preprocessing: Preprocessing, _ channel: Int) {
    scale = preprocessing.scale[channel]
    mean = preprocessing.mean[channel]
    standardDeviation = preprocessing.standardDeviation[channel]
  }

  @inline(__always)
  func callAsFunction(_ value: Float) -> Float { (value * scale - mean) / standardDeviation }
}
