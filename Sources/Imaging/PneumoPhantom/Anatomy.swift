/// The shapes of one chest. Sides are those of the image: -1 is its left, the patient's right.
struct Anatomy: Sendable {
  /// Half of the width of the thorax inside the ribs.
  var halfWidth: Float
  /// The height of the lungs' upper end, and of the top of the diaphragm's dome on either side.
  var lungTop: Float
  var domes: (left: Float, right: Float)
  /// The drop from the top of a dome to the chest wall.
  var domeHeight: Float
  /// How far the midline is displaced by rotation of the patient.
  var turn: Float
  var heartSize: Float
  /// Half of the width of the mediastinum above the heart; wide in small children.
  var mediastinum: Float
  /// Density of the lung tissue: at 0 the lungs are pure air, at 1 as dense as their surroundings.
  var lungTissue: Float
  /// Thickness of the soft tissue around the thorax.
  var wall: Float
  var ribCount: Int
  var ribRadius: Float
  var ribDensity: Float
  /// How steeply ribs slope down toward the sides.
  var ribFall: Float
  var spineDensity: Float
  var armsRaised: Bool
  /// How prominent the vessels are.
  var markings: Float
  /// Density of the breast shadows; 0 for none.
  var breasts: Float
  /// Radius of the gas bubble in the stomach; 0 for none.
  var stomachBubble: Float

  private let outer: Profile
  private let inner: Profile

  init(random: inout PhantomRandom) {
    halfWidth = random.central(0.84...1.0)
    lungTop = random.central(-0.92 ... -0.76)
    let dome = random.central(0.22...0.52)
    domes = (dome, dome + random.central(-0.01...0.12))
    domeHeight = random.central(0.12...0.3)
    turn = random.central(-0.08...0.08)
    heartSize = random.central(0.84...1.22)
    mediastinum = random.chance(0.3) ? random.uniform(0.18...0.26) : random.uniform(0.12...0.18)
    lungTissue = random.uniform(0.02...0.3)
    wall = random.central(0.03...0.16)
    ribCount = random.integer(9...11)
    ribRadius = random.central(0.026...0.037)
    ribDensity = random.uniform(0.14...0.24)
    ribFall = random.central(0.1...0.36)
    spineDensity = random.uniform(0.12...0.24)
    armsRaised = random.chance(0.45)
    markings = random.uniform(0.5...1.4)
    breasts = random.chance(0.2) ? random.uniform(0.03...0.1) : 0
    stomachBubble = random.chance(0.5) ? random.uniform(0.08...0.2) : 0
    let apex = random.central(0.28...0.36)
    outer = Profile(
      [apex, 0.57, 0.73, 0.83, 0.9, 0.95, 0.98, 1].map { $0 + random.central(-0.015...0.015) })
    inner = Profile([apex, 0.17, 0.13, 0.12, 0.13, 0.13, 0.12, 0.1])
  }

  /// The height of the lungs' lower end at the chest wall.
  var lungBottom: Float { max(domes.left, domes.right) + domeHeight }

  /// The distance from the midline to the chest wall at height `y`.
  func wallDistance(_ y: Float) -> Float { halfWidth * outer(share(y)) }

  /// The height of the diaphragm on one side, at a distance from the midline.
  func diaphragm(_ side: Float, distance: Float) -> Float {
    let top = side < 0 ? domes.left : domes.right
    let offset = (distance - 0.42 * halfWidth) / (0.58 * halfWidth)
    return top + domeHeight * offset * offset * (offset > 0 ? 1 : 0.45)
  }

  /// The amount of lung at a point, 0...1, disregarding the heart.
  func lung(_ point: Point) -> Float {
    guard point.y > lungTop, point.y < lungBottom else { return 0 }
    let x = point.x - turn * 0.4
    let side: Float = x < 0 ? -1 : 1
    let t = share(point.y)
    let distance = side * x
    let lateral = eased((halfWidth * outer(t) - distance) / 0.13)
    let medial = eased((distance - halfWidth * inner(t)) / 0.09)
    let apical = eased((point.y - lungTop) / 0.16)
    let below = eased((diaphragm(side, distance: distance) - point.y) / 0.035)
    return lateral * medial * below * apical
  }

  /// The amount of heart and great vessels at a point, 0...1.
  func heart(_ point: Point) -> Float {
    let size = heartSize
    let base = (domes.left + domes.right) / 2
    let x = point.x - turn
    let y = point.y - base
    // Left ventricle (its apex to the lower right), right atrium, outflow tract, aortic arch.
    let tilted = x - 0.3 * (y + 0.2)
    let ventricle = oval(tilted - 0.15 * size, y + 0.17, 0.37 * size, 0.33 * size, edge: 0.28)
    let atrium = oval(x + 0.06, y + 0.2, 0.24 * size, 0.29 * size, edge: 0.3)
    let outflow = oval(x - 0.07, y + 0.48, 0.19 * size, 0.26, edge: 0.35)
    let arch = oval(x - 0.08, y + 0.78, 0.15, 0.15, edge: 0.4)
    let band = eased((mediastinum - abs(x)) / 0.06) * eased((0.1 - y) / 0.2)
    return max(max(max(ventricle, atrium), max(outflow, arch)), band)
  }

  private func share(_ y: Float) -> Float { (y - lungTop) / (lungBottom - lungTop) }

  private func oval(
    _ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, edge: Float
  ) -> Float {
    let (a, b) = (x / radiusX, y / radiusY)
    return eased((1 - a * a - b * b) / edge)
  }
}
