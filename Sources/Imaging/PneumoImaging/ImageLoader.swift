import PneumoModel

/// From a JPEG file to the input tensor of a graph.
///
/// Keeps the storage of the file and of the decoded image from one to the next, so make one for each
/// worker: an instance is not `Sendable`. It keeps as much as its largest image took, see
/// ``DecodeLimits``; where the filter is `nearest`, no image is ever stored at full size.
public final class ImageLoader {
  /// What makes tensors of decoded images.
  public let preprocessor: Preprocessor
  private let decoder: JPEGDecoder
  /// The bytes of the file that was loaded last.
  public private(set) var file: [UInt8] = []
  private var image = PixelImage.empty

  /// - Precondition: as of ``Preprocessor/init(_:)``.
  public init(_ preprocessing: Preprocessing, limits: DecodeLimits = .default) {
    preprocessor = Preprocessor(preprocessing)
    decoder = JPEGDecoder(limits: limits)
  }

  /// The record that the tensors follow.
  public var preprocessing: Preprocessing { preprocessor.preprocessing }

  /// Writes the tensor of the image at `path`; untouched after an error.
  ///
  /// - Precondition: `tensor` holds `preprocessing.shape.count` floats.
  public func load(
    _ path: String, into tensor: UnsafeMutableBufferPointer<Float>
  ) throws(ImageError) {
    try decode(path)
    preprocessor.write(image, into: tensor)
  }

  /// Writes the tensor of the image in `bytes`, a whole JPEG file; untouched after an error.
  ///
  /// - Precondition: `tensor` holds `preprocessing.shape.count` floats.
  public func load(
    _ bytes: [UInt8], into tensor: UnsafeMutableBufferPointer<Float>
  ) throws(ImageError) {
    try decode(bytes)
    preprocessor.write(image, into: tensor)
  }

  /// Writes the tensor of the image at `path`, and keeps the image at its own size in `decoded`.
  ///
  /// - Precondition: `tensor` holds `preprocessing.shape.count` floats.
  package func load(
    _ path: String, into tensor: UnsafeMutableBufferPointer<Float>, decoded: inout PixelImage
  ) throws(ImageError) {
    try decoder.decode(
      file: path, into: &decoded, applyingOrientation: preprocessing.appliesOrientation)
    preprocessor.write(decoded, into: tensor)
  }

  /// The tensor of the image in `bytes`, a whole JPEG file: `preprocessing.shape.count` floats.
  public func load(_ bytes: [UInt8]) throws(ImageError) -> [Float] {
    try decode(bytes)
    return preprocessor.tensor(of: image)
  }

  /// The tensor of the image at `path`: `preprocessing.shape.count` floats.
  public func load(_ path: String) throws(ImageError) -> [Float] {
    try decode(path)
    return preprocessor.tensor(of: image)
  }

  /// The image at `path` at the size of the graph's input, as bytes; see
  /// ``Preprocessor/resized(_:)``.
  public func loadPixels(_ path: String) throws(ImageError) -> PixelImage {
    try decode(path)
    return preprocessor.resized(image)
  }

  /// The tensor of `image`, decoded or drawn elsewhere.
  public func tensor(of image: PixelImage) -> [Float] { preprocessor.tensor(of: image) }

  private func decode(_ path: String) throws(ImageError) {
    try decoder.decode(
      file: path, readInto: &file, into: &image,
      applyingOrientation: preprocessing.appliesOrientation, nearest: nearestSize)
  }

  private func decode(_ bytes: [UInt8]) throws(ImageError) {
    try decoder.decode(
      bytes, into: &image, applyingOrientation: preprocessing.appliesOrientation,
      nearest: nearestSize)
  }

  private var nearestSize: Extent? {
    preprocessing.filter == .nearest ? preprocessing.size : nil
  }
}
