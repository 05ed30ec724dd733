/// Which images a model was made with, by hashes of their files, so that a measurement on the same
/// images can be told from one on new images.
///
/// A hash is the first eight bytes of MurmurHash3_x64_128 (seed 0) of the file, as a little-endian
/// number. Whoever has an image can see whether it is among those of a model; no image can be made
/// from its hash.
public struct TrainingImages: Hashable, Sendable {
  /// Images that the weights were fitted to, ascending.
  public let training: [UInt64]
  /// Images that chose the epoch, the calibration or the threshold, and that the weights were not
  /// fitted to, ascending.
  public let validation: [UInt64]

  /// The hashes in any order and number; those in both lists count as training images.
  public init(
    training: some Sequence<UInt64> = [], validation: some Sequence<UInt64> = []
  ) {
    let fitted = Set(training)
    self.training = fitted.sorted()
    self.validation = Set(validation).subtracting(fitted).sorted()
  }

  /// The images of several networks that give one prediction together: what one of them was fitted
  /// to is new to none.
  public init(joining parts: [TrainingImages]) {
    self.init(
      training: parts.flatMap(\.training), validation: parts.flatMap(\.validation))
  }

  /// Whether nothing is known.
  public var isEmpty: Bool { training.isEmpty && validation.isEmpty }
}
