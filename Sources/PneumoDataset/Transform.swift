import PneumoModel

/// What has been drawn for one image: everything that ``apply(to:_:into:)`` needs to know.
///
/// The default of each property leaves the image as it is.
public struct Transform: Hashable, Sendable {
  /// Which Keras placed the centre and the axes of the next six.
  public var era = Augmentation.KerasEra.keras3
  /// Keras' `theta` in degrees.
  public var rotation = 0.0
  /// Keras' `tx`, in pixels.
  public var firstShift = 0.0
  /// Keras' `ty`, in pixels.
  public var secondShift = 0.0
  /// Keras' `shear` in degrees.
  public var shear = 0.0
  /// Keras' `zx`: of rows in the first era, of columns in the other.
  public var firstZoom = 1.0
  /// Keras' `zy`.
  public var secondZoom = 1.0
  /// Whether columns are reversed, after all resampling.
  public var flipsHorizontally = false

  /// The part of the image that is shown.
  public var window = Window()

  /// The weight of the neighbours in the filter (blur, 1, blur).
  public var blur: Float = 0
  /// The factor of the distance from the mean.
  public var contrast: Float = 1
  /// The factor of all values.
  public var brightness: Float = 1
  /// The exponent of values of 0...1.
  public var gamma: Float = 1
  /// Standard deviation in grey levels.
  public var noise: Float = 0
  /// Where the noise of the pixels begins.
  public var noiseSeed: UInt32 = 0
  /// What is painted over.
  public var erased: Erasure?

  /// A window onto an image, in fractions of its height and width.
  public struct Window: Hashable, Sendable {
    /// Its height.
    public var height = 1.0
    /// Its width.
    public var width = 1.0
    /// How far its middle is below that of the image.
    public var down = 0.0
    /// How far its middle is to the right of that of the image.
    public var right = 0.0

    /// The whole image.
    public init() {}
  }

  /// A rectangle of one value, in pixels.
  public struct Erasure: Hashable, Sendable {
    /// The rows.
    public var rows: Range<Int>
    /// The columns.
    public var columns: Range<Int>
    /// The grey level, 0...255.
    public var value: Float

    /// A rectangle of `value`. What lies outside the image has no effect.
    public init(rows: Range<Int>, columns: Range<Int>, value: Float) {
      self.rows = rows
      self.columns = columns
      self.value = value
    }
  }

  /// Leaves images as they are.
  public init() {}
}
