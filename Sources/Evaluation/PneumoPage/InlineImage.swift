import Foundation

/// An image that stands in a page itself; its template is `image`.
package struct InlineImage: Sendable {
  private let description: String
  private let style: String?
  private let base64: String

  /// - Parameters:
  ///   - jpeg: a JPEG file.
  ///   - description: what it shows, for those who cannot see it.
  ///   - style: its class in the style sheet.
  package init(_ jpeg: [UInt8], description: String, style: String? = nil) {
    self.description = description
    self.style = style
    base64 = Data(jpeg).base64EncodedString()
  }
}
