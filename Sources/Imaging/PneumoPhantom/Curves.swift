/// A point in the body or in the image.
struct Point: Sendable {
  var x: Float
  var y: Float

  init(_ x: Float, _ y: Float) {
    self.x = x
    self.y = y
  }
}

/// Interpolates linearly from `a` at 0 to `b` at 1.
func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

/// 3t² - 2t³, with `t` clamped to 0...1: a smooth step.
func eased(_ t: Float) -> Float {
  let held = min(max(t, 0), 1)
  return held * held * (3 - 2 * held)
}

/// A smooth bump: 1 at the center, 0 where `squaredRadius` is 1 or more.
func bump(_ squaredRadius: Float) -> Float {
  let rest = max(1 - squaredRadius, 0)
  return rest * rest
}

/// A Catmull-Rom curve through values at equally spaced points of 0...1.
struct Profile: Sendable {
  private let values: [Float]

  init(_ values: [Float]) { self.values = values }

  func callAsFunction(_ t: Float) -> Float {
    let place = min(max(t, 0), 1) * Float(values.count - 1)
    let index = min(Int(place), values.count - 2)
    let f = place - Float(index)
    let (b, c) = (values[index], values[index + 1])
    let a = index > 0 ? values[index - 1] : 2 * b - c
    let d = index + 2 < values.count ? values[index + 2] : 2 * c - b
    let cubic = f * (3 * (b - c) + d - a)
    return b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + cubic))
  }
}

/// Returns `steps` + 1 points on the cubic Bézier curve with these control points.
func bezier(_ a: Point, _ b: Point, _ c: Point, _ d: Point, steps: Int = 12) -> [Point] {
  (0...steps).map { step in
    let t = Float(step) / Float(steps)
    let s = 1 - t
    let (wa, wb, wc, wd) = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
    return Point(
      wa * a.x + wb * b.x + wc * c.x + wd * d.x, wa * a.y + wb * b.y + wc * c.y + wd * d.y)
  }
}
