import PneumoModel

/// Turns decoded images into the input of a graph: the one function that training, evaluation,
/// inference and benchmarks call.
///
/// Colours are converted, then the image is resized, then each byte `x` becomes
/// `(x * scale - mean) / standardDeviation` in `Float`, with the numbers of its output channel.
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

  /// The image at the size of the graph's input, as bytes; grey where the graph wants grey or the
  /// image is grey. Preprocessing it again changes nothing, so trainers can keep this small image.
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
    let small = resized(image)
    let area = small.width * small.height
    let channels = tables.count
    precondition(tensor.count == area * channels, "one float for each channel of each pixel")
    let (pixelStride, channelStride) =
      switch preprocessing.layout {
      case .channelsLast: (channels, 1)
      case .channelsFirst: (1, area)
      }
    small.pixels.withUnsafeBufferPointer { pixels in
      for channel in 0..<channels {
        let source =
          if small.channels == 1 { 0 } else {
            preprocessing.colorMode == .bgr ? 2 - channel : channel
          }
        tables[channel].withUnsafeBufferPointer { table in
          // SAFETY: a byte indexes one of 256 entries; the strides reach each of the
          // `area * channels` floats once, and `area` pixels of `small`.
          for i in 0..<area {
            let byte = Int(pixels[i * small.channels + source])
            tensor[i * pixelStride + channel * channelStride] = table[byte]
          }
        }
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
