import PneumoImaging
import PneumoModel

extension Transform {

  /// Writes the tensor of `image` under this transform: resampled, flipped, its grey values changed,
  /// and then scaled as ``Preprocessor`` does.
  ///
  /// Safe to call from many threads at once.
  ///
  /// - Precondition: `image` has the size of the preprocessing, as ``Preprocessor/resized(_:)`` gives
  ///   it; the layout is `channelsLast`; `tensor` holds `preprocessing.shape.count` floats.
  public func apply(
    to image: PixelImage, _ preprocessor: Preprocessor,
    into tensor: UnsafeMutableBufferPointer<Float>
  ) {
    let preprocessing = preprocessor.preprocessing
    let size = preprocessing.size
    precondition(image.height == size.height && image.width == size.width, "resized before")
    precondition(preprocessing.layout == .channelsLast, "networks are trained channels last")
    precondition(tensor.count == preprocessing.shape.count, "one float a channel of each pixel")
    precondition(image.channels == 1 || preprocessing.colorMode != .gray, "converted before")
    let map = map(for: size)
    guard map != .identity || flipsHorizontally || changesGreyValues,
      let target = tensor.baseAddress
    else { return preprocessor.write(image, into: tensor) }
    // A grey image is worked on as one channel, at the beginning of the tensor, and spread out at
    // the end: no other memory is needed.
    // SAFETY: an image has at most as many channels as its tensor.
    image.pixels.withUnsafeBufferPointer { pixels in
      guard let source = pixels.baseAddress else { return }
      resample(
        source, size: size, channels: image.channels, by: map, flips: flipsHorizontally,
        into: target)
    }
    changeGreyValues(target, size: size, channels: image.channels)
    if image.channels == preprocessing.colorMode.channels {
      scale(tensor, preprocessing)
    } else {
      scaleAndSpread(tensor, preprocessing)
    }
  }

  private var changesGreyValues: Bool {
    blur != 0 || contrast != 1 || brightness != 1 || gamma != 1 || noise != 0 || erased != nil
  }
}

/// The numbers of a channel.
private struct Scaling: Equatable {
  let scale: Float
  let mean: Float
  let standardDeviation: Float

  init(_ preprocessing: Preprocessing, _ channel: Int) {
    scale = preprocessing.scale[channel]
    mean = preprocessing.mean[channel]
    standardDeviation = preprocessing.standardDeviation[channel]
  }

  @inline(__always)
  func callAsFunction(_ value: Float) -> Float { (value * scale - mean) / standardDeviation }
}

/// Scales what has one or three channels in the order red, green, blue, in place.
private func scale(
  _ values: UnsafeMutableBufferPointer<Float>, _ preprocessing: Preprocessing
) {
  let first = Scaling(preprocessing, 0)
  guard preprocessing.colorMode != .gray else {
    for k in values.indices { values[k] = first(values[k]) }
    return
  }
  let (second, third) = (Scaling(preprocessing, 1), Scaling(preprocessing, 2))
  let reverses = preprocessing.colorMode == .bgr
  // SAFETY: three floats for each pixel.
  for pixel in 0..<values.count / 3 {
    let (red, green, blue) = (values[3 * pixel], values[3 * pixel + 1], values[3 * pixel + 2])
    values[3 * pixel] = first(reverses ? blue : red)
    values[3 * pixel + 1] = second(green)
    values[3 * pixel + 2] = third(reverses ? red : blue)
  }
}

/// Scales the grey image in the first third of `values`, and gives each pixel three channels.
private func scaleAndSpread(
  _ values: UnsafeMutableBufferPointer<Float>, _ preprocessing: Preprocessing
) {
  let first = Scaling(preprocessing, 0)
  let (second, third) = (Scaling(preprocessing, 1), Scaling(preprocessing, 2))
  // SAFETY: pixel k is read from k and written to 3k..<3k+3, from the last one on, so that none is
  // written over before it is read.
  if first == second, second == third {
    for pixel in stride(from: values.count / 3 - 1, through: 0, by: -1) {
      let value = first(values[pixel])
      values[3 * pixel] = value
      values[3 * pixel + 1] = value
      values[3 * pixel + 2] = value
    }
  } else {
    for pixel in stride(from: values.count / 3 - 1, through: 0, by: -1) {
      let value = values[pixel]
      values[3 * pixel] = first(value)
      values[3 * pixel + 1] = second(value)
      values[3 * pixel + 2] = third(value)
    }
  }
}
