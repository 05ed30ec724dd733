import PneumoModel

/// Turns decoded images into the input of a graph: the one function that training, evaluation,
/// inference and benchmarks call.
///
/// Colors are converted, then the image is resized, then each value `x` becomes
/// `(x * scale - mean) / standardDeviation` in `Float`, with the numbers of its output channel.
/// Values are bytes, except with the filter `tensorFlowBilinear`, which leaves fractions.
/// Orientation belongs to the file and is applied when it is decoded.
public struct Preprocessor: Sendable {
  /// The record that tensors follow.
  public let preprocessing: Preprocessing
  /// The values of the bytes 0...255, for each output channel.
  private let tables: [[Float]]

  /// - Precondition: `preprocessing` is one that a `Model` accepts: positive sides, and a scale,
  ///   mean and standard deviation for each channel.
  public init(_ preprocessing: Preprocessing) {
    let channels = preprocessing.colorMode.channels
    precondition(preprocessing.size.width > 0 && preprocessing.size.height > 0)
    precondition(preprocessing.scale.count == channels)
    precondition(preprocessing.mean.count == channels)
    precondition(preprocessing.standardDeviation.count == channels)
    self.preprocessing = preprocessing
    tables = (0..<channels).map { channel in
      (0...255).map { byte in
        (Float(byte) * preprocessing.scale[channel] - preprocessing.mean[channel])
          / preprocessing.standardDeviation[channel]
      }
    }
  }

  /// The image at the size of the graph's input, as bytes; gray where the graph wants gray or the
  /// image is gray. Preprocessing it again changes nothing, so trainers can keep this small image;
  /// only `tensorFlowBilinear` loses fractions here.
  ///
  /// - Precondition: `image` is not empty.
  public func resized(_ image: PixelImage) -> PixelImage {
    let (size, filter) = (preprocessing.size, preprocessing.filter)
    guard preprocessing.colorMode == .gray else { return image.resized(to: size, filter: filter) }
    // Nearest only picks pixels, so just the picked ones need conversion.
    guard filter == .nearest else {
      return image.convertedToGray().resized(to: size, filter: filter)
    }
    return image.resized(to: size, filter: filter).convertedToGray()
  }

  /// Writes the tensor of `image`, in the layout of the preprocessing.
  ///
  /// - Precondition: `tensor` holds `preprocessing.shape.count` floats; `image` is not empty.
  public func write(_ image: PixelImage, into tensor: UnsafeMutableBufferPointer<Float>) {
    guard preprocessing.filter == .tensorFlowBilinear else {
      let small = resized(image)
      forEachChannel(of: small.channels, tensor) { channel, source, target, stride in
        small.pixels.withUnsafeBufferPointer { pixels in
          tables[channel].withUnsafeBufferPointer { table in
            // SAFETY: a byte indexes one of 256 entries; for the rest see `forEachChannel`.
            for i in 0..<small.width * small.height {
              target[i * stride] = table[Int(pixels[i * small.channels + source])]
            }
          }
        }
      }
      return
    }
    let image = preprocessing.colorMode == .gray ? image.convertedToGray() : image
    let values = image.interpolated(to: preprocessing.size)
    forEachChannel(of: image.channels, tensor) { channel, source, target, stride in
      let scaling = Scaling(preprocessing, channel)
      for i in 0..<preprocessing.size.height * preprocessing.size.width {
        target[i * stride] = scaling(values[i * image.channels + source])
      }
    }
  }

  /// Calls `body` for each channel of `tensor` with the channel of an image of `channels` that it
  /// comes from, its first scalar, and the stride to the next.
  private func forEachChannel(
    of channels: Int, _ tensor: UnsafeMutableBufferPointer<Float>,
    _ body: (_ channel: Int, _ source: Int, UnsafeMutablePointer<Float>, _ stride: Int) -> Void
  ) {
    let area = preprocessing.size.height * preprocessing.size.width
    let wanted = preprocessing.colorMode.channels
    precondition(tensor.count == area * wanted, "one float for each channel of each pixel")
    guard let base = tensor.baseAddress else { return }
    for channel in 0..<wanted {
      let source =
        if channels == 1 { 0 } else { preprocessing.colorMode == .bgr ? 2 - channel : channel }
      // SAFETY: `area` scalars from here, at this stride, lie within the tensor.
      switch preprocessing.layout {
      case .channelsLast: body(channel, source, base + channel, wanted)
      case .channelsFirst: body(channel, source, base + channel * area, 1)
      }
    }
  }

  /// The tensor of `image`: `preprocessing.shape.count` floats.
  public func tensor(of image: PixelImage) -> [Float] {
    let count = preprocessing.shape.count
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      // SAFETY: the array may reserve more than asked for; `write` fills `count` of it.
      write(image, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }
}
