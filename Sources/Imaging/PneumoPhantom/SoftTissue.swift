extension Anatomy {
  /// Draws the trunk, neck, arms, abdomen, heart and airways into `density`, and subtracts the air
  /// in the lungs.
  ///
  /// - Returns: the density subtracted at each sample; diseased lung adds it back.
  func drawSoftTissue(into density: inout Canvas) -> Canvas {
    drawArms(into: &density)
    density.update { point, arm in max(arm, trunk(point)) }
    var air = Canvas(density: density.density)
    air.update { point, _ in
      let lung = lung(point)
      guard lung > 0 else { return 0 }
      return 0.6 * (1 - lungTissue) * lung * (1 - 0.88 * heart(point))
    }
    for index in density.values.indices { density.values[index] -= air.values[index] }
    density.update { point, present in present + viscera(point) }
    drawAirways(into: &density)
    return air
  }

  /// The thickness of the trunk and neck at a point.
  private func trunk(_ point: Point) -> Float {
    let (x, y) = (abs(point.x), point.y)
    let flank = wallDistance(y) + wall + 0.05
    let shoulder = lungTop + 0.05 - 0.16 * eased((x - 0.3) / -0.3)
    // Shoulders slope outward from the neck.
    let slope = shoulder - 0.16 + 0.2 * max(x - 0.3, 0)
    let armpit = mix(1.3, flank, eased((y - lungTop - 0.05) / 0.75))
    let chest = y > slope ? thickness(x / max(flank, armpit)) : 0
    let rounded = chest * eased((y - slope) / 0.22)
    let neck = 0.85 * thickness(x / mix(0.3, 0.75, eased((y - lungTop + 0.5) / 0.6)))
    return max(rounded, y < lungTop + 0.3 ? neck : 0)
  }

  /// The chord through a flattened cylinder at a fraction `share` of its radius.
  private func thickness(_ share: Float) -> Float {
    let rest = max(1 - share * share, 0)
    return 0.95 * rest.squareRoot().squareRoot()
  }

  private func drawArms(into density: inout Canvas) {
    for side: Float in [-1, 1] {
      let shoulder = Point(side * 1.06 * halfWidth, lungTop + 0.12)
      let elbow =
        armsRaised
        ? Point(side * 1.75, lungTop - 0.5) : Point(side * (1.42 + wall), lungTop + 1.6)
      density.stroke([shoulder, elbow], radius: (0.26 + wall / 2, 0.2 + wall / 2)) {
        share, present in
        max(present, 0.62 * (1 - share * share).squareRoot())
      }
    }
  }

  /// The density of the heart, abdomen, breasts, and gas in the stomach at a point.
  private func viscera(_ point: Point) -> Float {
    let side: Float = point.x < 0 ? -1 : 1
    let dome = diaphragm(side, distance: abs(point.x))
    let inside = eased((wallDistance(point.y) - abs(point.x)) / 0.3)
    var sum = 0.15 * heart(point) + 0.16 * inside * eased((point.y - dome) / 0.4)
    if breasts > 0 {
      let (dx, dy) = ((abs(point.x) - 0.55) / 0.36, (point.y - domes.left + 0.12) / 0.4)
      sum += breasts * eased((1 - dx * dx - dy * dy) / 0.5)
    }
    if stomachBubble > 0 {
      let dx = (point.x - 0.45) / (1.3 * stomachBubble)
      let dy = (point.y - domes.right - stomachBubble - 0.06) / stomachBubble
      sum -= 0.22 * eased((1 - dx * dx - dy * dy) / 0.5)
    }
    return sum
  }

  private func drawAirways(into density: inout Canvas) {
    let fork = Point(turn * 0.8, lungTop + 0.5)
    let windpipe = bezier(
      Point(0, Canvas.top), Point(0, lungTop - 0.2), Point(turn, lungTop + 0.2), fork)
    density.stroke(windpipe, radius: (0.055, 0.05)) { share, present in
      present - 0.13 * bump(share * share)
    }
    for side: Float in [-1, 1] {
      let end = Point(fork.x + side * 0.2, fork.y + (side < 0 ? 0.15 : 0.2))
      density.stroke([fork, end], radius: (0.04, 0.025)) { share, present in
        present - 0.07 * bump(share * share)
      }
    }
  }
}
