import PneumoImaging

/// What an image looks like, to be compared with others.
struct ImageLook: Hashable, Sendable {
  let hash: PerceptualHash
  /// 32 rows of 32 gray levels.
  let thumbnail: [UInt8]
  private let sum: Int
  /// The number of pixels squared times the variance.
  private let spread: Int

  init(_ image: PixelImage) {
    thumbnail = image.thumbnail
    hash = PerceptualHash(thumbnail: thumbnail)
    sum = thumbnail.reduce(0) { $0 + Int($1) }
    let squares = thumbnail.reduce(0) { $0 + Int($1) * Int($1) }
    spread = thumbnail.count * squares - sum * sum
  }

  /// Pearson's correlation of the thumbnails, which other brightness and contrast leave as it is.
  /// Of images without any contrast: 1 where both are so, else 0.
  func similarity(to other: ImageLook) -> Double {
    guard spread > 0, other.spread > 0 else { return spread == other.spread ? 1 : 0 }
    var products = 0
    for index in thumbnail.indices {
      products += Int(thumbnail[index]) * Int(other.thumbnail[index])
    }
    let common = Double(thumbnail.count * products - sum * other.sum)
    return common / (Double(spread) * Double(other.spread)).squareRoot()
  }

  static func == (left: ImageLook, right: ImageLook) -> Bool { left.thumbnail == right.thumbnail }

  func hash(into hasher: inout Hasher) {
    thumbnail.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}
