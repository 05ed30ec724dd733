import Foundation

/// Logits that Keras computed for the first images of the benchmark's input, made by
/// `Tools/make-bench-goldens.py`.
struct Goldens: Decodable {
  /// One network's logits, image by image.
  struct Network: Decodable {
    /// `reference`, or the path of a model in the package.
    let name: String
    /// The side length of its images.
    let size: Int
    /// One per image.
    let logits: [Double]
  }

  /// The program that computed the logits, with its version.
  let oracle: String
  /// All networks.
  let networks: [Network]

  /// Loads the goldens that are compiled into this program.
  static func load() throws -> Goldens {
    try JSONDecoder().decode(Goldens.self, from: Data(PackageResources.goldens_json))
  }

  /// The logits of a network, or `nil` if none are recorded.
  func logits(of name: String, size: Int) -> [Double]? {
    networks.first { $0.name == name && $0.size == size }?.logits
  }
}
