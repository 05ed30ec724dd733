import PneumoModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Rotation, shift, shear, zoom and flip as Keras' `ImageDataGenerator` draws and SciPy computes them,
/// bit for bit.
public struct KerasGeometry: Hashable, Sendable {
  /// Which Keras: they turn about different points.
  public enum Era: String, Hashable, Sendable, CaseIterable {
    /// keras_preprocessing up to 1.1.2, the study's: about half a pixel beyond the center, zoom by
    /// (rows, columns).
    case keras2
    /// Since TensorFlow 2.9, and Keras 3: about the center, zoom by (columns, rows).
    case keras3
  }

  /// Which Keras.
  public var era = Era.keras2
  /// `rotation_range`: greatest rotation to either side, in degrees.
  public var rotation = 0.0
  /// `height_shift_range` and `width_shift_range`: greatest shift to either side, as a share of the
  /// side.
  public var shift = 0.0
  /// `shear_range`: greatest shear to either side, in degrees.
  public var shear = 0.0
  /// `zoom_range`: factors are `1 - zoom...1 + zoom`, one for each axis.
  public var zoom = 0.0
  /// `horizontal_flip`: whether half of the images are mirrored.
  public var flipsHorizontally = false

  /// Nothing changes.
  public init(era: Era) { self.era = era }

  /// The study's: shear 0.2, zoom 0.2 and horizontal flips.
  public static func study(_ era: Era) -> KerasGeometry {
    var geometry = KerasGeometry(era: era)
    (geometry.shear, geometry.zoom, geometry.flipsHorizontally) = (0.2, 0.2, true)
    return geometry
  }

  /// What was drawn for one image, under Keras' names.
  struct Draw: Hashable, Sendable {
    /// Degrees.
    var theta = 0.0
    /// Pixels.
    var tx = 0.0
    var ty = 0.0
    /// Degrees.
    var shear = 0.0
    /// The factor of the first axis: rows, or with Keras 3 columns.
    var zx = 1.0
    var zy = 1.0
    var flipsHorizontally = false
  }

  /// Draws in Keras' order (`get_random_transform`), each where its range is not zero, and always one
  /// number for each of the two flips.
  func draw(for extent: Extent, _ random: inout NumPyRandom) -> Draw {
    var draw = Draw()
    if rotation != 0 { draw.theta = random.uniform(-rotation, rotation) }
    if shift != 0 {
      draw.tx = random.uniform(-shift, shift) * Double(extent.height)
      draw.ty = random.uniform(-shift, shift) * Double(extent.width)
    }
    if shear != 0 { draw.shear = random.uniform(-shear, shear) }
    if zoom != 0 {
      draw.zx = random.uniform(1 - zoom, 1 + zoom)
      draw.zy = random.uniform(1 - zoom, 1 + zoom)
    }
    draw.flipsHorizontally = random.sample() < 0.5 && flipsHorizontally
    _ = random.sample()
    return draw
  }

  /// Writes the moved image, values of 0...255.
  func apply(
    _ draw: Draw, _ pixels: UnsafeBufferPointer<UInt8>, _ extent: Extent, _ channels: Int,
    to tensor: UnsafeMutablePointer<Float>
  ) {
    let map = map(draw, extent)
    guard map != .identity || draw.flipsHorizontally else {
      for i in 0..<extent.height * extent.width * channels { tensor[i] = Float(pixels[i]) }
      return
    }
    resample(
      pixels.baseAddress!, size: extent, channels: channels, by: map,
      flips: draw.flipsHorizontally, into: tensor)
  }

  /// Keras' matrix (`apply_affine_transform`): from the row and column of a pixel of the result to
  /// those in the image.
  private func map(_ draw: Draw, _ extent: Extent) -> AffineMap {
    let (height, width) = (Double(extent.height), Double(extent.width))
    let (turn, lean) = (Self.radians(draw.theta), Self.radians(draw.shear))
    let rotating = AffineMap((cos(turn), -sin(turn), 0), (sin(turn), cos(turn), 0))
    let shifting = AffineMap((1, 0, draw.tx), (0, 1, draw.ty))
    let shearing = AffineMap((1, -sin(lean), 0), (0, cos(lean), 0))
    let zooming = AffineMap((draw.zx, 0, 0), (0, draw.zy, 0))
    let map = rotating * shifting * shearing * zooming
    switch era {
    case .keras2: return map.centered(height / 2 + 0.5, width / 2 + 0.5)
    case .keras3:
      // Height is taken for x here, and so it is in Keras.
      return map.centered(height / 2 - 0.5, width / 2 - 0.5).swappingAxes
    }
  }

  /// `numpy.deg2rad`.
  private static func radians(_ degrees: Double) -> Double { degrees * (Double.pi / 180) }
}
