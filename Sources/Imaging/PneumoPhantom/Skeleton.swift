extension Anatomy {
  /// Draws the spine, ribs, collarbones, shoulder blades and upper arm bones.
  func drawSkeleton(into density: inout Canvas) {
    drawSpine(into: &density)
    for side: Float in [-1, 1] {
      for rib in 0..<ribCount { drawRib(rib, side: side, into: &density) }
      drawShoulder(side: side, into: &density)
    }
  }

  /// The distance between vertebrae, and thus between ribs.
  private var level: Float { (lungBottom - lungTop + 0.14) / Float(ribCount + 1) }

  private func drawSpine(into density: inout Canvas) {
    let middle = turn * 0.3
    density.stroke(
      [Point(middle, Canvas.top), Point(middle, 1.5)], radius: (0.1, 0.14)
    ) { share, present in present + spineDensity * (0.6 + 0.5 * share) * eased((1 - share) / 0.2) }
    var y = Canvas.top
    while y < 1.5 {
      // A disc is darker than the vertebral bodies above and below it; the pedicles are bright.
      let width = mix(0.09, 0.125, (y - Canvas.top) / 3)
      density.stroke(
        [Point(middle - width, y), Point(middle + width, y)], radius: (0.022, 0.022)
      ) { share, present in present - 0.4 * spineDensity * bump(share * share) }
      for side: Float in [-1, 1] {
        let stalk = Point(middle + side * 0.06, y + 0.4 * level)
        density.stroke(
          [stalk, Point(stalk.x, stalk.y + 0.02)], radius: (0.026, 0.026)
        ) { share, present in present + 0.3 * spineDensity * bump(share * share) }
      }
      density.stroke(
        [Point(middle, y + 0.5 * level), Point(middle, y + 0.8 * level)], radius: (0.018, 0.022)
      ) { share, present in present + 0.25 * spineDensity * bump(share * share) }
      y += level
    }
  }

  /// Draws a rib, which runs outward from the spine, turns at the chest wall, and returns in front,
  /// lower and fainter, to end before the breastbone.
  private func drawRib(_ rib: Int, side: Float, into density: inout Canvas) {
    let start = lungTop - 0.1 + (Float(rib) + 0.5) * level
    let share = Float(rib) / Float(ribCount)
    let fall = ribFall * mix(0.5, 1.15, share) + mix(0.14, 0.05, share)
    let turnHeight = start + fall
    let wall = wallDistance(turnHeight) + 0.035
    let near = turn * 0.3 * side + 0.11
    let behind = bezier(
      Point(side * near, start), Point(side * wall * 0.52, start - mix(0.12, 0.06, share)),
      Point(side * wall * 0.9, start + 0.12 * fall), Point(side * wall, turnHeight), steps: 16)
    drawBone(behind, radius: (ribRadius, ribRadius * 0.85), strength: ribDensity, into: &density)
    guard rib < ribCount - 2 else { return }
    let drop = mix(0.24, 0.4, share)
    let ahead = bezier(
      Point(side * wall, turnHeight), Point(side * wall * 1.01, turnHeight + 0.45 * drop),
      Point(side * wall * 0.84, turnHeight + drop),
      Point(side * mix(0.36, 0.52, share), turnHeight + 1.08 * drop), steps: 16)
    drawBone(
      ahead, radius: (ribRadius * 0.85, ribRadius * 1.3), strength: ribDensity * 0.55,
      into: &density)
  }

  private func drawShoulder(side: Float, into density: inout Canvas) {
    let inner = Point(side * 0.12 + turn, lungTop + 0.14)
    let joint = Point(side * 1.0 * halfWidth, lungTop - 0.02)
    let collar = bezier(
      inner, Point(side * 0.42, lungTop + 0.12), Point(side * 0.58, lungTop - 0.06), joint)
    drawBone(collar, radius: (0.05, 0.036), strength: 0.16, into: &density)
    let head = Point(side * 1.14 * halfWidth, lungTop + 0.12)
    let elbow =
      armsRaised ? Point(side * 1.75, lungTop - 0.5) : Point(side * 1.46, lungTop + 1.6)
    drawBone([head, elbow], radius: (0.085, 0.06), strength: 0.17, into: &density)
    density.stroke(
      [head, Point(head.x + side * 0.01, head.y)], radius: (0.115, 0.115)
    ) { share, present in present + 0.12 * eased((1 - share) / 0.25) }
    // The shoulder blade: its medial border, its lateral border and its spine.
    let tip = Point(side * 0.86 * halfWidth, lungTop + 0.72)
    let corner = Point(side * 0.72 * halfWidth, lungTop + 0.1)
    for border in [[corner, tip], [head, tip], [corner, head]] {
      density.stroke(border, radius: (0.03, 0.02)) { share, present in
        present + 0.05 * bump(share * share)
      }
    }
  }

  /// Draws a bone as a tube, whose edges appear brighter than its middle: there the rays pass along
  /// the dense outer layer.
  private func drawBone(
    _ points: [Point], radius: (Float, Float), strength: Float, into density: inout Canvas
  ) {
    density.stroke(points, radius: radius) { share, present in
      let rim = share * share
      return present + strength * (0.62 + 0.5 * rim * rim) * eased((1 - share) / 0.3)
    }
  }
}
