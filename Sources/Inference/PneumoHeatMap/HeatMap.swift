import PneumoImaging
import PneumoModel

/// How much each place of an image speaks for a class, as rows of values of at least 0.
public struct HeatMap: Hashable, Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Row after row.
  public let values: [Float]

  /// A map of `width * height` values.
  public init(width: Int, height: Int, values: [Float]) {
    precondition(values.count == width * height, "a value for each place")
    self.width = width
    self.height = height
    self.values = values
  }

  /// The greatest value; 0 where nothing speaks for the class.
  public var maximum: Float { values.max() ?? 0 }

  /// Divided by the greatest value; as it is where that is 0.
  public var normalized: HeatMap {
    let maximum = maximum
    return maximum > 0
      ? HeatMap(width: width, height: height, values: values.map { $0 / maximum }) : self
  }

  /// The map at another size, linear between the centers of neighboring places. At the border the
  /// nearest place counts.
  public func resized(to size: Extent) -> HeatMap {
    let columns = Self.neighbors(of: width, at: size.width)
    let rows = Self.neighbors(of: height, at: size.height)
    var resized = [Float]()
    resized.reserveCapacity(size.width * size.height)
    for row in rows {
      for column in columns {
        let upper = mix(row.low, column)
        resized.append(upper + (mix(row.high, column) - upper) * row.share)
      }
    }
    return HeatMap(width: size.width, height: size.height, values: resized)
  }

  private struct Neighbors {
    let low, high: Int
    /// Of the higher one.
    let share: Float
  }

  private static func neighbors(of count: Int, at size: Int) -> [Neighbors] {
    (0..<size).map { index in
      let place = (Double(index) + 0.5) * Double(count) / Double(size) - 0.5
      let inside = min(max(place, 0), Double(count - 1))
      let low = Int(inside)
      return Neighbors(
        low: low, high: min(low + 1, count - 1), share: Float(inside - Double(low)))
    }
  }

  private func mix(_ row: Int, _ column: Neighbors) -> Float {
    let (a, b) = (values[row * width + column.low], values[row * width + column.high])
    return a + (b - a) * column.share
  }

  /// The normalized map in colors, from black for nothing to bright yellow for the most.
  public var image: PixelImage {
    let colors = ColorScale.inferno
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * values.count)
    for value in normalized.values {
      let color = ColorScale.index(of: value)
      pixels.append(contentsOf: colors[color..<color + 3])
    }
    return PixelImage(width: width, height: height, channels: 3, pixels: pixels)
  }

  /// An image under the map's colors, which cover it the more the greater the value is.
  ///
  /// - Parameters:
  ///   - image: the image that the map explains, at any size.
  ///   - opacity: 0 to 1; of the color at the greatest value.
  public func overlay(on image: PixelImage, opacity: Float) -> PixelImage {
    let map = normalized.resized(to: Extent(height: image.height, width: image.width))
    let (ground, channels, colors) = (image.pixels, image.channels, ColorScale.inferno)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * map.values.count)
    for (place, value) in map.values.enumerated() {
      let color = ColorScale.index(of: value)
      let share = opacity * value
      for channel in 0..<3 {
        let below = Float(ground[place * channels + (channels == 3 ? channel : 0)])
        let paint = Float(colors[color + channel])
        pixels.append(UInt8(below + (paint - below) * share + 0.5))
      }
    }
    return PixelImage(width: image.width, height: image.height, channels: 3, pixels: pixels)
  }
}
