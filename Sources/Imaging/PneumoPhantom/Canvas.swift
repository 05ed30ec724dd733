/// A grid of values over a rectangle of the body.
///
/// Lengths in the body are in units of about half of the width of the thorax. x increases toward
/// the right of the image (the patient's left), y downward, and the origin lies between the lungs.
struct Canvas: Sendable {
  static let left: Float = -1.9
  static let top: Float = -1.6
  static let bodyWidth: Float = 3.8
  static let bodyHeight: Float = 3.0

  /// Samples per unit of length.
  let density: Float
  let width: Int
  let height: Int
  /// The samples, in row-major order.
  var values: [Float]

  init(density: Float) {
    self.density = density
    width = Int(Self.bodyWidth * density)
    height = Int(Self.bodyHeight * density)
    values = [Float](repeating: 0, count: width * height)
  }

  /// The position of a sample in the body.
  func point(column: Int, row: Int) -> Point {
    Point(Self.left + (Float(column) + 0.5) / density, Self.top + (Float(row) + 0.5) / density)
  }

  /// Replaces every sample with `value(point, present)`, where `present` is its current value.
  mutating func update(_ value: (Point, Float) -> Float) {
    for row in 0..<height {
      for column in 0..<width {
        let index = row * width + column
        values[index] = value(point(column: column, row: row), values[index])
      }
    }
  }

  /// The value at a point, interpolated linearly; points outside take the value at the border.
  func value(at point: Point) -> Float {
    let x = min(max((point.x - Self.left) * density - 0.5, 0), Float(width - 1) - 0.001)
    let y = min(max((point.y - Self.top) * density - 0.5, 0), Float(height - 1) - 0.001)
    let (column, row) = (Int(x), Int(y))
    let (across, down) = (x - Float(column), y - Float(row))
    let index = row * width + column
    let upper = mix(values[index], values[index + 1], across)
    let lower = mix(values[index + width], values[index + width + 1], across)
    return mix(upper, lower, down)
  }

  /// Replaces each value with the mean over the square of samples up to `radius` away.
  mutating func blur(radius: Int) {
    guard radius > 0 else { return }
    var rows = values
    let share = 1 / Float(2 * radius + 1)
    for row in 0..<height {
      for column in 0..<width {
        var sum: Float = 0
        for step in -radius...radius {
          sum += values[row * width + min(max(column + step, 0), width - 1)]
        }
        rows[row * width + column] = sum * share
      }
    }
    for row in 0..<height {
      for column in 0..<width {
        var sum: Float = 0
        for step in -radius...radius {
          sum += rows[min(max(row + step, 0), height - 1) * width + column]
        }
        values[row * width + column] = sum * share
      }
    }
  }

  /// Draws a line with round ends along `points`.
  ///
  /// - Parameters:
  ///   - radius: half of the width at the first and last points, in units of the body.
  ///   - value: computes the new value of a sample from its distance to the line, as a fraction of
  ///     the radius (0...1), and its current value.
  mutating func stroke(
    _ points: [Point], radius: (Float, Float), _ value: (Float, Float) -> Float
  ) {
    let reach = max(radius.0, radius.1)
    guard let box = box(around: points, reach: reach) else { return }
    // First find the squared distance to the nearest segment: segments overlap at their joints, but
    // each sample must be drawn only once.
    let stride = box.columns.count
    var nearest = [Float](repeating: 1, count: stride * box.rows.count)
    for index in 1..<points.count {
      let (start, end) = (points[index - 1], points[index])
      let run = Point(end.x - start.x, end.y - start.y)
      let squaredLength = max(run.x * run.x + run.y * run.y, 1e-12)
      guard let part = self.box(around: [start, end], reach: reach) else { continue }
      for row in part.rows {
        for column in part.columns {
          let place = point(column: column, row: row)
          let (x, y) = (place.x - start.x, place.y - start.y)
          let along = min(max((x * run.x + y * run.y) / squaredLength, 0), 1)
          let (dx, dy) = (x - along * run.x, y - along * run.y)
          let share = (Float(index - 1) + along) / Float(points.count - 1)
          let here = mix(radius.0, radius.1, share)
          let sample =
            (row - box.rows.lowerBound) * stride + column - box.columns.lowerBound
          nearest[sample] = min(nearest[sample], (dx * dx + dy * dy) / (here * here))
        }
      }
    }
    for row in box.rows {
      for column in box.columns {
        let sample = (row - box.rows.lowerBound) * stride + column - box.columns.lowerBound
        guard nearest[sample] < 1 else { continue }
        let index = row * width + column
        values[index] = value(nearest[sample].squareRoot(), values[index])
      }
    }
  }

  /// The samples within `reach` of the bounding box of `points`, or `nil` if there are none.
  private func box(
    around points: [Point], reach: Float
  ) -> (columns: Range<Int>, rows: Range<Int>)? {
    guard let first = points.first else { return nil }
    var (low, high) = (first, first)
    for point in points {
      low = Point(min(low.x, point.x), min(low.y, point.y))
      high = Point(max(high.x, point.x), max(high.y, point.y))
    }
    let columns = range(low.x - reach - Self.left, high.x + reach - Self.left, below: width)
    let rows = range(low.y - reach - Self.top, high.y + reach - Self.top, below: height)
    return columns.isEmpty || rows.isEmpty ? nil : (columns, rows)
  }

  private func range(_ low: Float, _ high: Float, below limit: Int) -> Range<Int> {
    let lower = min(max(Int((low * density).rounded(.down)), 0), limit)
    return lower..<min(max(Int((high * density).rounded(.up)) + 1, lower), limit)
  }
}
