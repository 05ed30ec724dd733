import PneumoImaging

/// An image to classify.
package struct BatchInput: Sendable {
  /// Where the image comes from.
  package enum Source: Sendable {
    case file(String)
    /// A whole JPEG file.
    case bytes([UInt8])
    /// There is no image.
    case none(ImageError)
  }

  package let source: Source

  package init(_ source: Source) { self.source = source }

  /// The file, where there is one.
  package var file: String? {
    switch source {
    case .file(let path): path
    case .none(let error): error.file
    case .bytes: nil
    }
  }
}
