import PneumoImaging
import PneumoModel

extension Transform {

  /// Writes the tensor of `image` under this transform: resampled, flipped, its gray levels changed,
  /// and then scaled as ``Preprocessor`` does.
  ///
  /// Safe to call from many threads at once.
  ///
  /// - Precondition: `image` has the size of the preprocessing, as ``Preprocessor/resized(_:)`` gives
  ///   it; the layout is `channelsLast`; `tensor` holds `preprocessing.shape.count` floats.
  package func apply(
    to image: PixelImage, _ preprocessor: Preprocessor,
    into tensor: UnsafeMutableBufferPointer<Float>
  ) {
    let preprocessing = preprocessor.preprocessing
    let size = preprocessing.size
    precondition(image.height == size.height && image.width == size.width, "resized before")
    precondition(tensor.count == preprocessing.shape.count, "one float a channel of each pixel")
    precondition(image.channels == 1 || preprocessing.colorMode != .gray, "converted before")
    let map = map(for: size)
    let moves = map != .identity || flipsHorizontally
    guard moves || changesGrayLevels, let target = tensor.baseAddress else {
      return preprocessor.write(image, into: tensor)
    }
    // A gray image is worked on as one channel, at the beginning of the tensor, and spread out at
    // the end: no other memory is needed.
    // SAFETY: an image has at most as many channels as its tensor.
    image.pixels.withUnsafeBufferPointer { pixels in
      guard let source = pixels.baseAddress else { return }
      if moves {
        resample(
          source, size: size, channels: image.channels, by: map, flips: flipsHorizontally,
          into: target)
      } else {
        for index in pixels.indices { target[index] = Float(source[index]) }
      }
    }
    if changesGrayLevels { changeGrayLevels(target, size: size, channels: image.channels) }
    preprocessor.normalize(tensor, channels: image.channels)
  }
}
