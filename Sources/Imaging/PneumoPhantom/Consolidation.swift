/// Consolidated lung, in which pneumonia has replaced air with fluid.
struct Consolidation: Sendable {
  /// One of the clouds that make up the opacity.
  private struct Patch {
    let center: Point
    let radius: Point
    /// The fraction of air replaced at the center.
    let strength: Float
  }

  private let patches: [Patch]
  private let noise: ValueNoise

  /// Makes a consolidation that is either lobar (one large part of one lung) or patchy (several
  /// clouds, often in both lungs).
  init(anatomy: Anatomy, random: inout PhantomRandom) {
    noise = ValueNoise(salt: random.next())
    var patches: [Patch] = []
    if random.chance(0.5) {
      let side: Float = random.chance(0.55) ? -1 : 1
      patches.append(Self.patch(anatomy, side, 0.4...0.62, 0.6...0.95, &random))
      if random.chance(0.4) {
        patches.append(Self.patch(anatomy, side, 0.2...0.4, 0.4...0.7, &random))
      }
    } else {
      let main: Float = random.chance(0.55) ? -1 : 1
      for _ in 0..<random.integer(3...7) {
        let side = random.chance(0.65) ? main : -main
        patches.append(Self.patch(anatomy, side, 0.18...0.38, 0.45...0.85, &random))
      }
    }
    self.patches = patches
  }

  /// The fraction of air replaced at a point, 0...1.
  func share(_ point: Point) -> Float {
    var rest: Float = 1
    // Noise distorts the outline and mottles the interior: a consolidation has no sharp border.
    let bendX = noise.cloud(point.x * 5, point.y * 5) - 0.5
    let bendY = noise.cloud(point.x * 5 + 91, point.y * 5 + 57) - 0.5
    for patch in patches {
      let x = (point.x - patch.center.x) / patch.radius.x + 0.9 * bendX
      let y = (point.y - patch.center.y) / patch.radius.y + 0.9 * bendY
      let squared = x * x + y * y
      guard squared < 1 else { continue }
      rest *= 1 - patch.strength * bump(squared)
    }
    guard rest < 1 else { return 0 }
    return min((1 - rest) * (0.72 + 0.5 * noise.cloud(point.x * 7, point.y * 7)), 1)
  }

  private static func patch(
    _ anatomy: Anatomy, _ side: Float, _ radius: ClosedRange<Float>, _ strength: ClosedRange<Float>,
    _ random: inout PhantomRandom
  ) -> Patch {
    let dome = side < 0 ? anatomy.domes.left : anatomy.domes.right
    // More often in the lower lung, as in real patients.
    let height = max(random.uniform(0.2...1), random.uniform(0.2...1))
    let y = mix(anatomy.lungTop + 0.1, dome - 0.08, height)
    let wall = anatomy.wallDistance(y)
    let near: Float = side < 0 ? 0.3 : mix(0.3, 0.52, height)
    let x = side * mix(near * wall, wall * 0.86, random.uniform(0...1))
    let size = random.uniform(radius)
    let flat = random.uniform(0.75...1.3)
    return Patch(
      center: Point(x, y), radius: Point(size * flat, size / flat),
      strength: random.uniform(strength))
  }
}
