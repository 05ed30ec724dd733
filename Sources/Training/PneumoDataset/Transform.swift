import PneumoModel

/// What has been drawn for one image: everything that ``apply(to:_:into:)`` needs to know.
///
/// The default of each property leaves the image as it is.
package struct Transform: Hashable, Sendable {
  /// Where the center and the axes of the next six are.
  package var convention = Augmentation.Convention.keras3
  /// Keras' `theta` in degrees.
  package var rotation = 0.0
  /// Keras' `tx`, in pixels.
  package var firstShift = 0.0
  /// Keras' `ty`, in pixels.
  package var secondShift = 0.0
  /// Keras' `shear` in degrees.
  package var shear = 0.0
  /// Keras' `zx`: of columns with `keras3`, else of rows.
  package var firstZoom = 1.0
  /// Keras' `zy`.
  package var secondZoom = 1.0
  /// Whether columns are reversed, after all resampling.
  package var flipsHorizontally = false

  /// The exponent of values of 0...1.
  package var gamma = 1.0
  /// The factor of the distance from the mean.
  package var contrast: Float = 1
  /// What is added to all values, in gray levels.
  package var brightness: Float = 0
  /// Whether a binomial filter of 3 x 3 pixels blurs the image.
  package var isBlurred = false
  /// Standard deviation in gray levels.
  package var noise: Float = 0
  /// Where the noise of the pixels begins.
  package var noiseSeed: UInt32 = 0
  /// What is painted over.
  package var erased: Erasure?

  /// A rectangle of one value, in pixels.
  package struct Erasure: Hashable, Sendable {
    /// The rows.
    package var rows: Range<Int>
    /// The columns.
    package var columns: Range<Int>
    /// The gray level, 0...255.
    package var value: Float

    /// A rectangle of `value`. What lies outside the image has no effect.
    package init(rows: Range<Int>, columns: Range<Int>, value: Float) {
      self.rows = rows
      self.columns = columns
      self.value = value
    }
  }

  /// Leaves images as they are.
  package init() {}
}
