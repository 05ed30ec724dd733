/// How the chest is imaged: size, position, rotation, exposure, borders, side marker and noise.
struct View: Sendable {
  let width: Int
  let height: Int
  /// Pixels per unit of length in the body.
  let scale: Float

  private let center: Point
  /// Cosine and sine of the rotation in the image plane.
  private let rotation: Point
  private let meanGray: Float
  private let contrast: Float
  private let tilt: Point
  private let border: Border
  private let marker: Marker?
  private let noise: Float
  let blurRadius: Int

  /// The dark edges left by the collimator, with widths as fractions of the image.
  private struct Border {
    let left: Float, right: Float, top: Float, bottom: Float, gray: Float
  }

  /// A lead letter that marks the side.
  private struct Marker {
    let lines: [[Point]]
    let place: Point
    let size: Float
    let gray: Float
  }

  /// Draws a random view.
  ///
  /// - Parameter longSide: length of the longer side in pixels; if `nil`, a random length in
  ///   400...2000.
  init(longSide: Int?, random: inout PhantomRandom) {
    let drawn = mix(400, 2000, random.uniform(0...1) * random.uniform(0.4...1))
    let long = longSide.map { Float($0) } ?? drawn
    let aspect = random.central(0.9...1.75)
    width = Int((aspect >= 1 ? long : long * aspect).rounded())
    height = Int((aspect >= 1 ? long / aspect : long).rounded())
    let seen = max(random.central(1.95...2.6), random.uniform(1.4...1.65) * aspect)
    scale = Float(width) / seen
    center = Point(random.central(-0.12...0.12), random.central(-0.28...0))
    // (1 - t²)/(1 + t²) and 2t/(1 + t²) are the cosine and sine of an angle near 2t.
    let t = random.central(-0.07...0.07)
    rotation = Point((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
    meanGray = random.central(88...158)
    contrast = random.uniform(1.4...2.6)
    tilt = Point(random.central(-0.12...0.12), random.central(-0.1...0.1))
    border = Self.border(&random)
    marker = random.chance(0.65) ? Self.marker(&random) : nil
    noise = random.uniform(1...8)
    blurRadius = random.integer(0...2)
  }

  /// The point in the body shown at a position in the image.
  func bodyPoint(_ x: Float, _ y: Float) -> Point {
    let right = (x - Float(width) / 2) / scale
    let down = (y - Float(height) / 2) / scale
    return Point(
      center.x + right * rotation.x + down * rotation.y,
      center.y - right * rotation.y + down * rotation.x)
  }

  /// The gray levels of the image, in row-major order.
  func expose(_ density: Canvas, random: inout PhantomRandom) -> [UInt8] {
    let level = level(of: density)
    var pixels = [UInt8](repeating: 0, count: width * height)
    var before: Float = 0
    for row in 0..<height {
      for column in 0..<width {
        let (x, y) = (Float(column) + 0.5, Float(row) + 0.5)
        // The grain is a little wider than a pixel: each pixel takes on half of the previous noise.
        let bits = random.next()
        let fresh = Float(bits & 0xFFFF) + Float(bits >> 16 & 0xFFFF) - 65_535
        before = 0.5 * before + fresh * (noise / 65_536)
        let gray = gray(x, y, density, level: level) + before
        pixels[row * width + column] = UInt8(min(max(gray.rounded(), 0), 255))
      }
    }
    return pixels
  }

  /// The exposure that gives the image its mean gray level, like an automatic exposure control. As
  /// a result, overall brightness does not reveal the class.
  private func level(of density: Canvas) -> Float {
    var (low, high): (Float, Float) = (-2, 4)
    for _ in 0..<14 {
      let level = (low + high) / 2
      var sum: Float = 0
      for row in 0..<48 {
        for column in 0..<48 {
          let x = (Float(column) + 0.5) / 48 * Float(width)
          let y = (Float(row) + 0.5) / 48 * Float(height)
          sum += gray(x, y, density, level: level)
        }
      }
      if sum / 2304 > meanGray { low = level } else { high = level }
    }
    return (low + high) / 2
  }

  private func gray(_ x: Float, _ y: Float, _ density: Canvas, level: Float) -> Float {
    let point = bodyPoint(x, y)
    let lit = density.value(at: point) + tilt.x * point.x + tilt.y * point.y - level
    let steep = contrast * lit
    // The characteristic curve of film: steep in the middle, flat near black and white.
    var gray = 127 + 127 * steep / (1 + steep * steep).squareRoot()
    let (across, down) = (x / Float(width), y / Float(height))
    let inside = min(
      min(across - border.left, 1 - border.right - across),
      min(down - border.top, 1 - border.bottom - down))
    if inside < 0 { gray = mix(gray, border.gray, eased(inside / -0.006)) }
    if let marker { gray = mix(gray, marker.gray, cover(marker, across, y / Float(width))) }
    return gray
  }

  /// The coverage by a marker of a position given in fractions of the image width.
  private func cover(_ marker: Marker, _ x: Float, _ y: Float) -> Float {
    let place = Point((x - marker.place.x) / marker.size, (y - marker.place.y) / marker.size)
    guard place.x > -0.2, place.x < 1.2, place.y > -0.2, place.y < 1.2 else { return 0 }
    var nearest: Float = 1
    for line in marker.lines {
      for index in 1..<line.count {
        let (start, end) = (line[index - 1], line[index])
        let run = Point(end.x - start.x, end.y - start.y)
        let (dx, dy) = (place.x - start.x, place.y - start.y)
        let along = (dx * run.x + dy * run.y) / (run.x * run.x + run.y * run.y)
        let held = min(max(along, 0), 1)
        let (ex, ey) = (dx - held * run.x, dy - held * run.y)
        nearest = min(nearest, ex * ex + ey * ey)
      }
    }
    return eased((0.12 - nearest.squareRoot()) / 0.04)
  }

  private static func border(_ random: inout PhantomRandom) -> Border {
    var sides: [Float] = []
    for _ in 0..<4 { sides.append(random.chance(0.22) ? random.uniform(0.005...0.06) : 0) }
    return Border(
      left: sides[0], right: sides[1], top: sides[2], bottom: sides[3],
      gray: random.uniform(0...22))
  }

  private static func marker(_ random: inout PhantomRandom) -> Marker {
    let size = random.uniform(0.022...0.045)
    let onLeft = random.chance(0.8)
    let letter = onLeft ? Self.letterR : [[Point(0.1, 0), Point(0.1, 1), Point(0.7, 1)]]
    let x = onLeft ? random.uniform(0.02...0.12) : random.uniform(0.85...0.94)
    return Marker(
      lines: letter, place: Point(x, random.uniform(0.03...0.25)), size: size,
      gray: random.uniform(225...255))
  }

  private static let letterR: [[Point]] = [
    [Point(0.1, 1), Point(0.1, 0)]
      + bezier(Point(0.1, 0), Point(0.9, 0), Point(0.9, 0.52), Point(0.1, 0.52), steps: 8),
    [Point(0.4, 0.52), Point(0.75, 1)],
  ]
}
