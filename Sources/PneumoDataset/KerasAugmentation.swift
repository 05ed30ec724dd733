import PneumoModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Shear, zoom and flip as Keras' `ImageDataGenerator` and SciPy compute them, bit for bit.
public struct KerasAugmentation: Hashable, Sendable {
  /// Which Keras: they turn about different points.
  public enum Era: Hashable, Sendable {
    /// keras_preprocessing up to 1.1.2, the study's: about half a pixel beyond the centre, zoom by
    /// (rows, columns).
    case keras2
    /// Since TensorFlow 2.9, and Keras 3: about the centre, zoom by (columns, rows).
    case keras3
  }

  /// Which Keras.
  public var era: Era
  /// Greatest shear to either side, in degrees.
  public var shear: Double
  /// Zoom factors are `1 - zoom...1 + zoom`, one for each axis.
  public var zoom: Double
  /// Whether half of the images are mirrored.
  public var flipsHorizontally: Bool

  /// The study's where nothing else is said.
  public init(
    era: Era = .keras2, shear: Double = 0.2, zoom: Double = 0.2, flipsHorizontally: Bool = true
  ) {
    self.era = era
    self.shear = shear
    self.zoom = zoom
    self.flipsHorizontally = flipsHorizontally
  }

  /// What was drawn for one image.
  public struct Draw: Hashable, Sendable {
    /// Degrees.
    public var shear: Double
    /// The factor of the first axis: rows, or with Keras 3 columns.
    public var zoomX: Double
    /// The factor of the second.
    public var zoomY: Double
    /// Whether the image is mirrored.
    public var isFlipped: Bool

    /// A transformation.
    public init(shear: Double, zoomX: Double, zoomY: Double, isFlipped: Bool) {
      self.shear = shear
      self.zoomX = zoomX
      self.zoomY = zoomY
      self.isFlipped = isFlipped
    }
  }

  /// Draws in Keras' order: shear, both zooms, both flips, of which the vertical one is drawn even
  /// where it is off.
  public func draw(_ random: inout NumPyRandom) -> Draw {
    let shear = shear == 0 ? 0 : random.uniform(-shear, shear)
    var zooms = (1.0, 1.0)
    if zoom != 0 {
      zooms.0 = random.uniform(1 - zoom, 1 + zoom)
      zooms.1 = random.uniform(1 - zoom, 1 + zoom)
    }
    let isFlipped = random.sample() < 0.5
    _ = random.sample()
    return Draw(
      shear: shear, zoomX: zooms.0, zoomY: zooms.1, isFlipped: isFlipped && flipsHorizontally)
  }

  /// Writes the transformed image, values of 0...255.
  public func apply(
    _ draw: Draw, _ pixels: UnsafeBufferPointer<UInt8>, _ extent: Extent, _ channels: Int,
    to tensor: UnsafeMutablePointer<Float>
  ) {
    if draw.shear != 0 || draw.zoomX != 1 || draw.zoomY != 1 {
      resample(pixels, extent, channels, matrix(draw, extent), to: tensor)
    } else {
      for i in 0..<extent.height * extent.width * channels { tensor[i] = Float(pixels[i]) }
    }
    if draw.isFlipped { mirror(tensor, extent, channels) }
  }

  /// From places of the output to places of the input: `row = m00·i + m01·j + t0`, and the same for
  /// columns.
  private struct Matrix {
    var m00, m01, m10, m11, t0, t1: Double
  }

  private func matrix(_ draw: Draw, _ extent: Extent) -> Matrix {
    // Shear · zoom; products with the zeros and ones of the matrices change nothing.
    var (a, b, c, d) = (1.0, 0.0, 0.0, 1.0)
    if draw.shear != 0 {
      let angle = draw.shear * (Double.pi / 180)
      (b, d) = (-sin(angle), cos(angle))
    }
    (a, b, c, d) = (a * draw.zoomX, b * draw.zoomY, c * draw.zoomX, d * draw.zoomY)
    let half = era == .keras2 ? 0.5 : -0.5
    let (x, y) = (Double(extent.height) / 2 + half, Double(extent.width) / 2 + half)
    let t0 = a * -x + b * -y + x
    let t1 = c * -x + d * -y + y
    switch era {
    case .keras2: return Matrix(m00: a, m01: b, m10: c, m11: d, t0: t0, t1: t1)
    case .keras3: return Matrix(m00: d, m01: c, m10: b, m11: a, t0: t1, t1: t0)
    }
  }

  /// SciPy's `affine_transform` with `order=1, mode='nearest'` (ni_interpolation.c): everything in
  /// `Double`, in this order, without fused operations.
  private func resample(
    _ pixels: UnsafeBufferPointer<UInt8>, _ extent: Extent, _ channels: Int, _ matrix: Matrix,
    to tensor: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (extent.height, extent.width)
    for i in 0..<height {
      for j in 0..<width {
        let row = Place(Double(i) * matrix.m00 + Double(j) * matrix.m01 + matrix.t0, height)
        let column = Place(Double(i) * matrix.m10 + Double(j) * matrix.m11 + matrix.t1, width)
        // SAFETY: places lie inside the image.
        for c in 0..<channels {
          func value(_ y: Int, _ x: Int) -> Double {
            Double(pixels[(y * width + x) * channels + c])
          }
          var sum = value(row.first, column.first) * row.weight0 * column.weight0
          sum += value(row.first, column.second) * row.weight0 * column.weight1
          sum += value(row.second, column.first) * row.weight1 * column.weight0
          sum += value(row.second, column.second) * row.weight1 * column.weight1
          tensor[(i * width + j) * channels + c] = Float(sum)
        }
      }
    }
  }

  /// A place between two pixels of an axis, and what each of them weighs.
  private struct Place {
    let first, second: Int
    let weight0, weight1: Double

    init(_ coordinate: Double, _ count: Int) {
      let last = Double(count - 1)
      let clamped = coordinate < 0 ? 0 : coordinate > last ? last : coordinate
      let floor = clamped.rounded(.down)
      first = Int(floor)
      // At the border the second has no weight; SciPy mirrors it.
      second = first + 1 < count ? first + 1 : max(count - 2, 0)
      weight0 = 1 - (clamped - floor)
      weight1 = 1 - weight0
    }
  }
}

/// Reverses the columns.
func mirror(_ tensor: UnsafeMutablePointer<Float>, _ extent: Extent, _ channels: Int) {
  for y in 0..<extent.height {
    let row = tensor + y * extent.width * channels
    for x in 0..<extent.width / 2 {
      for c in 0..<channels {
        let other = (extent.width - 1 - x) * channels + c
        (row[x * channels + c], row[other]) = (row[other], row[x * channels + c])
      }
    }
  }
}
