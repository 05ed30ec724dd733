/// How training images are varied by chance, so that a network learns what does not change.
///
/// These are the ranges; ``draw(for:from:)`` draws a ``Transform`` from them, which
/// ``Transform/apply(to:_:into:)`` carries out. What is off by default draws nothing. Geometry is one
/// affine resampling; then come the changes of gray levels, on 0...255, in the order of the
/// properties.
package struct Augmentation: Hashable, Sendable {

  /// Where the center and the axes of the geometry are: Keras' `apply_affine_transform` has changed.
  package enum Convention: String, Hashable, Sendable, CaseIterable {
    /// keras_preprocessing up to 1.1.2, and so the study: the center is half a pixel too far down
    /// and right, and is twice that off the middle; the first factor of the zoom is of rows.
    case keras2
    /// Keras from TensorFlow 2.9 on and Keras 3: the center is the middle of a square image, and off
    /// that of others; the first factor of the zoom is of columns.
    case keras3
    /// The center is the middle of any image; the first factor of the zoom is of rows.
    case centered
  }

  // MARK: Keras' settings, drawn and carried out bit for bit as its ImageDataGenerator does

  /// Which Keras, if any.
  package var convention = Convention.keras3
  /// `rotation_range`: up to so many degrees to either side.
  package var rotation = 0.0
  /// `height_shift_range` and `width_shift_range`: up to this fraction of the height, and of the
  /// width, to either side.
  package var shift = 0.0
  /// `shear_range`: up to so many degrees to either side.
  package var shear = 0.0
  /// `zoom_range`: a factor of 1 - zoom ... 1 + zoom for each axis; below 1 magnifies.
  package var zoom = 0.0
  /// `horizontal_flip`: half of the images are mirrored.
  package var flip = false

  // MARK: Further geometry

  /// One more zoom factor for both axes: below 1 a crop, above 1 the picture gets smaller.
  package var scale = 1.0...1.0
  /// The greatest factor between the zooms of both axes, the area unchanged; drawn evenly on a
  /// logarithmic scale.
  package var aspect = 1.0

  // MARK: Gray levels, as other exposures and scanners give them

  /// The exponent g of `255 * (value / 255) ^ g`, drawn evenly on a logarithmic scale.
  package var gamma = 1.0...1.0
  /// The distance of each value from the image's mean is multiplied by 1 - contrast ... 1 + contrast.
  package var contrast = 0.0
  /// Up to so many gray levels are added to all values, or taken away.
  package var brightness = 0.0
  /// How likely a binomial filter of 3 x 3 pixels blurs the image.
  package var blur = 0.0
  /// Noise that is nearly normal, the same in all channels, with a standard deviation of up to so
  /// many gray levels.
  package var noise = 0.0
  /// How likely a rectangle is painted over with one random value (Zhong et al. 2020).
  package var erasing = 0.0
  /// The rectangle's share of the area. Its height over its width is about 1/2 ... 2.
  package var erasedArea = 0.02...0.12

  // MARK: Unchanged images

  /// How likely an image is changed at all. The others are at most mirrored, so that a network also
  /// learns from images as sharp, and as exposed, as those it will see.
  package var share = 1.0

  /// Images as they are.
  package init() {}

  /// Images as they are.
  package static let none = Augmentation()

  /// What the study did, `shear_range=0.2, zoom_range=0.2, horizontal_flip=True`, as the Keras of
  /// its day did it.
  package static let study = kerasOfStudy(.keras2)

  /// The same, as Keras 3 does it.
  package static let keras3 = kerasOfStudy(.keras3)

  /// Other poses, crops, exposures and scanners, within what a chest X-ray may look like.
  package static let robust: Augmentation = {
    var robust = Augmentation()
    robust.convention = .centered
    robust.rotation = 10
    robust.shift = 0.06
    robust.flip = true
    robust.scale = 0.75...1.1
    robust.aspect = 1.15
    robust.gamma = 0.6...1.6
    robust.contrast = 0.4
    robust.brightness = 30
    robust.blur = 0.3
    robust.noise = 8
    robust.erasing = 0.25
    robust.share = 0.75
    return robust
  }()

  private static func kerasOfStudy(_ convention: Convention) -> Augmentation {
    var augmentation = Augmentation()
    augmentation.convention = convention
    augmentation.shear = 0.2
    augmentation.zoom = 0.2
    augmentation.flip = true
    return augmentation
  }

  /// `none`, `study`, `keras3` or `robust`; `nil` for another name.
  package init?(name: String) {
    switch name {
    case "none": self = .none
    case "study": self = .study
    case "keras3": self = .keras3
    case "robust": self = .robust
    default: return nil
    }
  }

  /// The names that `init(name:)` takes.
  package static let names = ["none", "study", "keras3", "robust"]
}
