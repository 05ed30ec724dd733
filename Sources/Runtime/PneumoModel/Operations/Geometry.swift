/// Rows and columns of something two-dimensional.
public struct Extent: Hashable, Sendable, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// This many rows and columns.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// As many rows as columns.
  public init(_ both: Int) { self.init(height: both, width: both) }

  /// What summaries print.
  public var description: String { "\(height)×\(width)" }
}

/// Rows and columns added around an image.
public struct Insets: Hashable, Sendable {
  public var top, bottom, left, right: Int

  /// This many rows and columns at each side.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  /// Nothing is added.
  public static let zero = Insets(top: 0, bottom: 0, left: 0, right: 0)

  func check() throws(ModelError) {
    for inset in [top, bottom, left, right] where !(0...Limits.window).contains(inset) {
      throw ModelError(
        .invalidParameter, "a padding of \(inset), expected 0 to \(Limits.window)")
    }
  }
}

/// How a window meets the border of an image.
public enum Padding: Hashable, Sendable {
  /// Only windows that lie inside the image.
  case valid
  /// `ceil(size / stride)` outputs; an odd row or column of padding goes to the bottom or right.
  case same
  case explicit(Insets)
}

extension Padding {
  /// Rows and columns of zeros around an image of `size`.
  package func insets(
    of size: Extent, window: Extent, stride: Extent, dilation: Extent
  ) -> Insets {
    switch self {
    case .valid: return .zero
    case .explicit(let insets): return insets
    case .same:
      let vertical = samePadding(size.height, window.height, stride.height, dilation.height)
      let horizontal = samePadding(size.width, window.width, stride.width, dilation.width)
      return Insets(
        top: vertical / 2, bottom: vertical - vertical / 2,
        left: horizontal / 2, right: horizontal - horizontal / 2)
    }
  }

  private func samePadding(_ size: Int, _ window: Int, _ stride: Int, _ dilation: Int) -> Int {
    let outputs = (size + stride - 1) / stride
    return max((outputs - 1) * stride + (window - 1) * dilation + 1 - size, 0)
  }

  /// How many windows fit an image of `size`, after all parameters are checked.
  func outputSize(
    of size: Extent, channels: Int, window: Extent, stride: Extent, dilation: Extent
  ) throws(ModelError) -> Extent {
    for (name, extent) in [("window", window), ("stride", stride), ("dilation", dilation)] {
      for side in [extent.height, extent.width] where !(1...Limits.window).contains(side) {
        throw ModelError(
          .invalidParameter, "a \(name) of \(extent), expected 1 to \(Limits.window)")
      }
    }
    if case .explicit(let insets) = self { try insets.check() }
    let insets = insets(of: size, window: window, stride: stride, dilation: dilation)
    let paddedHeight = size.height + insets.top + insets.bottom
    let paddedWidth = size.width + insets.left + insets.right
    let padded = [paddedHeight, paddedWidth, channels]
    guard Limits.count(of: padded) != nil else {
      throw ModelError(.limitExceeded, Limits.reason(against: padded, of: "its padded input"))
    }
    let height = paddedHeight - (window.height - 1) * dilation.height
    let width = paddedWidth - (window.width - 1) * dilation.width
    guard height >= 1, width >= 1 else {
      throw ModelError(
        .shapeMismatch,
        "a window of \(window) with dilation \(dilation) does not fit an image of \(size)")
    }
    return Extent(
      height: (height - 1) / stride.height + 1, width: (width - 1) / stride.width + 1)
  }
}
