extension Anatomy {
  /// Draws the pulmonary vessels: trees that branch from the hila and taper.
  ///
  /// - Parameter air: the air in the lungs; vessels are visible only where there is air.
  func drawVessels(into density: inout Canvas, air: Canvas, random: inout PhantomRandom) {
    var vessels = Canvas(density: density.density)
    for side: Float in [-1, 1] {
      let root = Point(side * 0.17 + turn, (lungTop + domes.left) / 2 + 0.06 * side + 0.06)
      vessels.stroke(
        [root, Point(root.x + side * 0.03, root.y + 0.17)], radius: (0.09, 0.06)
      ) { share, present in present + 0.3 * bump(share * share) }
      for branch in 0..<11 {
        // Directions fan out from nearly upward, through outward, to nearly downward.
        let fan = (Float(branch) + random.uniform(0...1)) / 11 * 2 - 1
        let reach = random.uniform(0.4...0.75)
        let end = Point(
          root.x + side * reach * (1.1 - 0.75 * abs(fan)), root.y + reach * fan * 1.1)
        drawVessel(from: root, to: end, radius: random.uniform(0.012...0.024), 2, &vessels, &random)
      }
    }
    for index in density.values.indices where vessels.values[index] > 0 {
      density.values[index] += min(vessels.values[index] * markings, 0.45) * air.values[index]
    }
  }

  private func drawVessel(
    from start: Point, to end: Point, radius: Float, _ forks: Int, _ vessels: inout Canvas,
    _ random: inout PhantomRandom
  ) {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let strength = 7 * radius
    let bend = random.uniform(-0.18...0.18)
    let middle = Point(start.x + dx * 0.5 - dy * bend, start.y + dy * 0.5 + dx * bend)
    vessels.stroke(
      bezier(start, middle, middle, end, steps: 6), radius: (radius, radius * 0.35)
    ) { share, present in present + strength * bump(share * share) }
    guard forks > 0 else { return }
    for _ in 0..<2 {
      let along = random.uniform(0.35...0.8)
      let from = Point(start.x + dx * along, start.y + dy * along)
      let lean = random.uniform(-0.5...0.5)
      let length = random.uniform(0.35...0.6)
      let to = Point(from.x + (dx - dy * lean) * length, from.y + (dy + dx * lean) * length)
      drawVessel(from: from, to: to, radius: radius * 0.62, forks - 1, &vessels, &random)
    }
  }
}
