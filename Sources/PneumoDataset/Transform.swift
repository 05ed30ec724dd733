import PneumoModel

/// What has been drawn for one image: everything that ``apply(to:_:into:)`` needs to know.
///
/// The default of each property leaves the image as it is.
public struct Transform: Hashable, Sendable {
  /// Where the center and the axes of the next six are.
  public var convention = Augmentation.Convention.keras3
  /// Keras' `theta` in degrees.
  public var rotation = 0.0
  /// Keras' `tx`, in pixels.
  public var firstShift = 0.0
  /// Keras' `ty`, in pixels.
  public var secondShift = 0.0
  /// Keras' `shear` in degrees.
  public var shear = 0.0
  /// Keras' `zx`: of columns with `keras3`, else of rows.
  public var firstZoom = 1.0
  /// Keras' `zy`.
  public var secondZoom = 1.0
  /// Whether columns are reversed, after all resampling.
  public var flipsHorizontally = false

  /// The exponent of values of 0...1.
  public var gamma = 1.0
  /// The factor of the distance from the mean.
  public var contrast: Float = 1
  /// What is added to all values, in gray levels.
  public var brightness: Float = 0
  /// Whether a binomial filter of 3 x 3 pixels blurs the image.
  public var isBlurred = false
  /// Standard deviation in gray levels.
  public var noise: Float = 0
  /// Where the noise of the pixels begins.
  public var noiseSeed: UInt32 = 0
  /// What is painted over.
  public var erased: Erasure?

  /// A rectangle of one value, in pixels.
  public struct Erasure: Hashable, Sendable {
    /// The rows.
    public var rows: Range<Int>
    /// The columns.
    public var columns: Range<Int>
    /// The gray level, 0...255.
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
