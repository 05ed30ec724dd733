/// A synthetic chest X-ray, generated from a seed. It shows no real patient.
///
/// Phantoms take the place of X-rays in the demo, in tests and in benchmarks. The same seed, index
/// and finding give the same pixels on every machine.
package struct Phantom: Hashable, Sendable {
  /// What the image shows, and thus its class.
  package enum Finding: String, Hashable, Sendable, CaseIterable {
    case normal = "NORMAL"
    /// Soft opacities without a sharp border, where fluid has replaced air in the lungs.
    case pneumonia = "PNEUMONIA"
  }

  /// The series that the phantom belongs to.
  package let seed: UInt64
  /// Its position in the series.
  package let index: Int
  /// What the image shows.
  package let finding: Finding
  private let longSide: Int?

  /// Makes a phantom with a given finding.
  ///
  /// - Parameter longSide: length of the longer side in pixels, at least 32; if `nil`, a random
  ///   length in 400...2000.
  package init(seed: UInt64, index: Int, finding: Finding, longSide: Int? = nil) {
    self.seed = seed
    self.index = index
    self.finding = finding
    self.longSide = longSide.map { max($0, 32) }
  }

  /// Makes a phantom with the finding that its series assigns to it: of each pair of phantoms, the
  /// first of which has an even index, a random one is normal and the other has pneumonia.
  package init(seed: UInt64, index: Int, longSide: Int? = nil) {
    var random = PhantomRandom(seed: seed, index: index >> 1, stream: .finding)
    let evenIsNormal = random.chance(0.5)
    let isNormal = (index & 1 == 0) == evenIsNormal
    self.init(
      seed: seed, index: index, finding: isNormal ? .normal : .pneumonia, longSide: longSide)
  }

  /// Draws the image.
  package func draw() -> Drawing { render().drawing }

  /// A drawing, together with what it was made from.
  struct Rendering {
    let drawing: Drawing
    let view: View
    /// The density that the finding adds at each sample of the body: the ground truth for tests.
    let opacity: Canvas
  }

  func render() -> Rendering {
    var random = PhantomRandom(seed: seed, index: index, stream: .anatomy)
    let anatomy = Anatomy(random: &random)
    random = PhantomRandom(seed: seed, index: index, stream: .view)
    let view = View(longSide: longSide, random: &random)
    let isColor = random.chance(0.12)
    let tint = random.chance(0.5) ? random.uniform(-0.05...0.05) : 0

    // Shapes are smooth, so sampling more finely than this would show nothing new.
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
    let gray = view.expose(density, random: &random)
    let drawing = Drawing(
      width: view.width, height: view.height, gray: gray, tint: isColor ? tint : nil)
    return Rendering(drawing: drawing, view: view, opacity: opacity)
  }
}
