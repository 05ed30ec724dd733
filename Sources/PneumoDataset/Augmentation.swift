/// How training images are varied by chance, so that a network learns what does not change.
///
/// These are the ranges; ``draw(for:from:)`` draws a ``Transform`` from them, which
/// ``Transform/apply(to:_:into:)`` carries out. A setting of zero is off. Geometry is one
/// affine resampling; then come the changes of grey values, on 0...255 and clamped to it, in the
/// order of the properties.
public struct Augmentation: Hashable, Sendable {

  /// How Keras' `apply_affine_transform` has placed the centre and the axes.
  public enum KerasEra: Hashable, Sendable, CaseIterable {
    /// keras_preprocessing up to 1.1.2, and so the study: the centre is half a pixel too far down
    /// and right, and is twice that off the middle; the first factor of the zoom is of rows.
    case keras2
    /// Keras from TensorFlow 2.9 on and Keras 3: the centre is the middle of the image; the first
    /// factor of the zoom is of columns.
    case keras3
  }

  // MARK: Keras' settings, drawn and carried out bit for bit as its ImageDataGenerator does

  /// Which Keras.
  public var era: KerasEra
  /// `rotation_range`: up to so many degrees to either side.
  public var rotation: Double
  /// `height_shift_range` and `width_shift_range`: up to this fraction of the height, and of the
  /// width, to either side.
  public var shift: Double
  /// `shear_range`: up to so many degrees to either side.
  public var shear: Double
  /// `zoom_range`: a factor of 1 - zoom ... 1 + zoom for each axis; below 1 magnifies.
  public var zoom: Double
  /// `horizontal_flip`: half of the images are mirrored.
  public var horizontalFlip: Bool

  // MARK: Further geometry

  /// A window is cut out whose sides are 1 - crop ... 1 of the image's, anywhere in it.
  public var crop: Double
  /// One zoom factor for both axes of 1 / (1 + scale) ... 1 + scale, as likely below 1 as above.
  public var scale: Double
  /// A change of height over width by 1 / (1 + aspect) ... 1 + aspect, the area unchanged.
  public var aspect: Double

  // MARK: Grey values, as other exposures and scanners give them

  /// The weight r of the neighbours in a filter of (r, 1, r) / (1 + 2 r) along both axes: blurs
  /// above 0, sharpens below. Within -0.2...1.
  public var blur: ClosedRange<Double>
  /// The distance of each value from the image's mean is multiplied by 1 - contrast ... 1 + contrast.
  public var contrast: Double
  /// Values are multiplied by 1 - brightness ... 1 + brightness.
  public var brightness: Double
  /// `255 * (value / 255) ^ g`, with g of 1 / (1 + gamma) ... 1 + gamma, as likely below 1 as above.
  public var gamma: Double
  /// Noise that is nearly normal, the same in all channels, with a standard deviation of up to so
  /// many grey levels.
  public var noise: Double
  /// How likely a rectangle is painted over with one random value.
  public var erasingProbability: Double
  /// The rectangle's share of the area. Its height over its width is 1/3 ... 3.
  public var erasingArea: ClosedRange<Double>

  /// Nothing but what is given.
  public init(
    era: KerasEra = .keras3, rotation: Double = 0, shift: Double = 0, shear: Double = 0,
    zoom: Double = 0, horizontalFlip: Bool = false, crop: Double = 0, scale: Double = 0,
    aspect: Double = 0, blur: ClosedRange<Double> = 0...0, contrast: Double = 0,
    brightness: Double = 0, gamma: Double = 0, noise: Double = 0, erasingProbability: Double = 0,
    erasingArea: ClosedRange<Double> = 0.02...0.1
  ) {
    self.era = era
    self.rotation = rotation
    self.shift = shift
    self.shear = shear
    self.zoom = zoom
    self.horizontalFlip = horizontalFlip
    self.crop = crop
    self.scale = scale
    self.aspect = aspect
    self.blur = blur
    self.contrast = contrast
    self.brightness = brightness
    self.gamma = gamma
    self.noise = noise
    self.erasingProbability = erasingProbability
    self.erasingArea = erasingArea
  }

  /// Images as they are.
  public static let none = Augmentation()

  /// What the study did: `shear_range=0.2, zoom_range=0.2, horizontal_flip=True`.
  public static func study(_ era: KerasEra = .keras2) -> Augmentation {
    Augmentation(era: era, shear: 0.2, zoom: 0.2, horizontalFlip: true)
  }

  /// Other poses, crops, exposures and scanners, within what a chest X-ray may look like.
  public static let robust = Augmentation(
    rotation: 7, shift: 0.04, shear: 4, horizontalFlip: true, crop: 0.15, scale: 0.1, aspect: 0.1,
    blur: -0.15...0.6, contrast: 0.3, brightness: 0.25, gamma: 0.35, noise: 8,
    erasingProbability: 0.25)

  /// Throws `invalidAugmentation` for a setting outside its range, or not a number.
  public func check() throws(DatasetError) {
    let settings: [(String, Double, ClosedRange<Double>)] = [
      ("rotation", rotation, 0...180), ("shift", shift, 0...0.99), ("shear", shear, 0...80),
      ("zoom", zoom, 0...0.99), ("crop", crop, 0...0.99), ("scale", scale, 0...10),
      ("aspect", aspect, 0...10), ("lower bound of the blur", blur.lowerBound, -0.2...1),
      ("upper bound of the blur", blur.upperBound, -0.2...1), ("contrast", contrast, 0...1),
      ("brightness", brightness, 0...1), ("gamma", gamma, 0...10), ("noise", noise, 0...255),
      ("probability of erasing", erasingProbability, 0...1),
      ("lower bound of the erased area", erasingArea.lowerBound, 0...1),
      ("upper bound of the erased area", erasingArea.upperBound, 0...1),
    ]
    for (name, value, range) in settings where !range.contains(value) {
      throw DatasetError(
        .invalidAugmentation,
        "the \(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
  }
}

extension Augmentation: CustomStringConvertible {
  /// What is on, for people.
  public var description: String {
    let degrees = [("rotation", rotation), ("shear", shear)].map { ($0, "\($1) degrees", $1 != 0) }
    let factors = [
      ("shift", shift), ("zoom", zoom), ("crop", crop), ("scale", scale), ("aspect", aspect),
      ("contrast", contrast), ("brightness", brightness), ("gamma", gamma), ("noise", noise),
    ].map { ($0, "\($1)", $1 != 0) }
    let others = [
      ("blur", "\(blur.lowerBound) to \(blur.upperBound)", blur != 0...0),
      (
        "erasing",
        "\(erasingProbability) of area \(erasingArea.lowerBound) to \(erasingArea.upperBound)",
        erasingProbability != 0
      ),
      ("horizontal flip", "", horizontalFlip),
    ]
    let words = (degrees + factors + others).filter(\.2).map { name, value, _ in
      value.isEmpty ? name : "\(name) \(value)"
    }
    return words.isEmpty ? "none" : words.joined(separator: ", ")
  }
}
