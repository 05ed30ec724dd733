/// The constants of `Models/FORMAT.md`.
enum FileFormat {
  /// Not text, and damaged by whatever converts line ends or strips the eighth bit (after PNG).
  static let magic: [UInt8] = [0x89, 0x50, 0x4E, 0x45, 0x0D, 0x0A, 0x1A, 0x0A]
  /// The newest version that is read. What is written has the first version that knows all of it.
  static let version = max(
    imagesVersion, Operation.all.map { type(of: $0.layer).formatVersion }.max() ?? 1,
    Activation.allCases.map(\.formatVersion).max() ?? 1)
  /// The first version with hashes of images.
  static let imagesVersion = 2
  /// Of sections and weights: a cache line.
  static let alignment = 64

  /// `offset`, or the next multiple of ``alignment``. Must not be within 64 of `Int.max`.
  static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }

  /// The sections, in the order of the file.
  enum Section: String, CaseIterable {
    case graph = "GRPH"
    case metadata = "META"
    case weights = "WGTS"
    /// May be missing.
    case images = "IMGS"
  }
}
