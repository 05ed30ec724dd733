import PneumoImaging

/// An image that was run, for whoever wants to look at it again.
package struct DecodedImage: Sendable {
  /// The image at its own size.
  package let image: PixelImage
  /// The tensor that the first model's network was given.
  package let tensor: [Float]
}
