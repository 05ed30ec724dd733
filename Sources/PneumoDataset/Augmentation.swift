import PneumoModel

/// How images are changed at random before they are learned from: first where things are, then how
/// they look.
public struct Augmentation: Hashable, Sendable {
  /// How an image is moved.
  public enum Geometry: Hashable, Sendable {
    case none
    /// As Keras does, bit for bit.
    case keras(KerasGeometry)
    /// As other positioning and crops do.
    case pose(PoseGeometry)
  }

  /// How an image is moved.
  public var geometry: Geometry
  /// How its gray levels change.
  public var appearance: Appearance

  /// Nothing but what is given.
  public init(geometry: Geometry = .none, appearance: Appearance = Appearance()) {
    self.geometry = geometry
    self.appearance = appearance
  }

  /// Images as they are.
  public static let none = Augmentation()
  /// The study's, as its Keras computed it.
  public static let study = Augmentation(geometry: .keras(.study(.keras2)))
  /// The study's, as Keras 3 computes it.
  public static let keras3 = Augmentation(geometry: .keras(.study(.keras3)))
  /// Positioning, exposure and scanner, meant to make a network see through how a picture was taken.
  public static let robust = Augmentation(geometry: .pose(PoseGeometry()), appearance: .varied)

  /// `none`, `study`, `keras3` or `robust`.
  public init?(name: String) {
    switch name {
    case "none": self = .none
    case "study": self = .study
    case "keras3": self = .keras3
    case "robust": self = .robust
    default: return nil
    }
  }

  /// Names that `init(name:)` takes.
  public static let names = ["none", "study", "keras3", "robust"]

  /// Writes the changed image of a sample to `tensor`, as input of the network. The same `random`
  /// gives the same image; any thread may call it.
  public func write(
    _ sample: Int, of cache: ImageCache, random: inout NumPyRandom,
    to tensor: UnsafeMutablePointer<Float>
  ) {
    guard self != .none else { return cache.write(sample, to: tensor) }
    let (extent, channels) = (cache.extent, cache.channels(of: sample))
    cache.withPixels(of: sample) { pixels in
      switch geometry {
      case .none:
        for i in 0..<pixels.count { tensor[i] = Float(pixels[i]) }
      case .keras(let keras):
        let draw = keras.draw(for: extent, &random)
        keras.apply(draw, pixels, extent, channels, to: tensor)
      case .pose(let pose):
        pose.apply(pixels, extent, channels, &random, to: tensor)
      }
    }
    appearance.apply(tensor, extent, channels, &random)
    cache.finish(tensor, channels: channels)
  }
}
