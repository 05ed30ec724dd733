/// What a model may ask for. Every count in a file is held against these before it is used.
public enum Limits {
  /// Bytes of a model file.
  public static let fileSize = 1 << 31
  public static let layers = 4096
  /// Inputs of one layer.
  public static let inputs = 64
  /// Extent of one axis of an activation or weight.
  public static let axis = 1 << 20
  /// Scalars of one activation or weight.
  public static let elements = 1 << 28
  /// Extent of a window, stride, dilation or padding.
  public static let window = 1 << 12
  /// UTF-8 bytes of one text.
  public static let text = 1 << 16
  public static let labels = 1 << 16
  /// Rows and columns that an image is resized to.
  public static let imageSide = 1 << 13
  /// Entries of a model card's metrics.
  public static let metrics = 256
}
