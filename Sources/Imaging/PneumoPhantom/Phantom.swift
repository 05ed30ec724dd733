/// A drawing of a chest X-ray, made up from a seed: no radiograph, and of no patient.
///
/// It stands in where radiographs are not at hand: in the demo, in tests and in benchmarks. The
/// same seed, index and finding give the same pixels on every machine.
package struct Phantom: Hashable, Sendable {
  /// What the drawing shows, which is also the class a network is to find.
  package enum Finding: String, Hashable, Sendable, CaseIterable {
    case normal = "NORMAL"
    /// Soft clouds, with no sharp border, where air of the lungs is gone.
    case pneumonia = "PNEUMONIA"
  }

  /// Which series of drawings this one belongs to.
  package let seed: UInt64
  /// Which of the series it is.
  package let index: Int
  /// What the drawing shows.
  package let finding: Finding
  private let longSide: Int?

  /// - Parameter longSide: pixels of the longer side (at least 32); 400...2000 by lot when nil.
  package init(seed: UInt64, index: Int, finding: Finding, longSide: Int? = nil) {
    self.seed = seed
    self.index = index
    self.finding = finding
    self.longSide = longSide.map { max($0, 32) }
  }

  /// The phantom of a series, with the finding that the series gives it: of each two that follow
  /// each other, from an even index on, one is normal and the other has pneumonia, by lot.
  package init(seed: UInt64, index: Int, longSide: Int? = nil) {
    var random = PhantomRandom(seed: seed, index: index >> 1, stream: .finding)
    let evenIsNormal = random.chance(0.5)
    let isNormal = (index & 1 == 0) == evenIsNormal
    self.init(
      seed: seed, index: index, finding: isNormal ? .normal : .pneumonia, longSide: longSide)
  }

  /// Draws it.
  package func draw() -> Drawing { render().drawing }

  /// A drawing with what it was made from.
  struct Rendering {
    let drawing: Drawing
    let view: View
    /// How much density the finding has added, at each sample of the body: the truth that tests
    /// measure against.
    let opacity: Canvas
  }

  func render() -> Rendering {
    var random = PhantomRandom(seed: seed, index: index, stream: .anatomy)
    let anatomy = Anatomy(random: &random)
    random = PhantomRandom(seed: seed, index: index, stream: .view)
    let view = View(longSide: longSide, random: &random)
    let isColour = random.chance(0.12)
    let tint = random.chance(0.5) ? random.uniform(-0.05...0.05) : 0

    // Shapes are smooth: beyond this, finer sampling shows nothing new.
    var density = Canvas(density: min(max(view.scale, 20), 320))
    var air = anatomy.drawSoftTissue(into: &density)
    var opacity = Canvas(density: density.density)
    if finding == .pneumonia {
      random = PhantomRandom(seed: seed, index: index, stream: .opacity)
      let consolidation = Consolidation(anatomy: anatomy, random: &random)
      for row in 0..<air.height {
        for column in 0..<air.width {
          let sample = row * air.width + column
          guard air.values[sample] > 0 else { continue }
          let share = consolidation.share(air.point(column: column, row: row))
          opacity.values[sample] = share * air.values[sample]
          density.values[sample] += opacity.values[sample]
          air.values[sample] -= opacity.values[sample]
        }
      }
    }
    random = PhantomRandom(seed: seed, index: index, stream: .vessels)
    anatomy.drawVessels(into: &density, air: air, random: &random)
    anatomy.drawSkeleton(into: &density)
    density.blur(radius: view.blurRadius)
    random = PhantomRandom(seed: seed, index: index, stream: .noise)
    let grey = view.expose(density, random: &random)
    let drawing = Drawing(
      width: view.width, height: view.height, grey: grey, tint: isColour ? tint : nil)
    return Rendering(drawing: drawing, view: view, opacity: opacity)
  }
}
