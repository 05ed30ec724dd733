/// How images are changed at random before they are learned from.
public enum Augmentation: Hashable, Sendable {
  case none
  /// What Keras' `ImageDataGenerator` does, bit for bit.
  case keras(KerasAugmentation)
  /// Geometry, light and scanner, meant to make a network see through how a picture was taken.
  case robust(RobustAugmentation)

  /// The study's: shear 0.2, zoom 0.2 and horizontal flips.
  public static let study = Augmentation.keras(KerasAugmentation())

  /// `none`, `study` or `robust`.
  public init?(name: String) {
    switch name {
    case "none": self = .none
    case "study": self = .study
    case "robust": self = .robust(RobustAugmentation())
    default: return nil
    }
  }

  /// Names that `init(name:)` takes.
  public static let names = ["none", "study", "robust"]

  /// Writes the changed image of a sample to `tensor`, as input of the network. The same `random`
  /// gives the same image; any thread may call it.
  public func write(
    _ sample: Int, of cache: ImageCache, random: inout NumPyRandom,
    to tensor: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .none: cache.write(sample, to: tensor)
    case .keras(let keras):
      let draw = keras.draw(&random)
      keras.apply(draw, cache.pixels(of: sample), cache.extent, cache.channels, to: tensor)
      cache.normalize(tensor)
    case .robust(let robust):
      robust.apply(cache.pixels(of: sample), cache.extent, cache.channels, &random, to: tensor)
      cache.normalize(tensor)
    }
  }
}
