import Testing

@testable import PneumoPhantom

/// Which features of a phantom reveal its class, and which do not.
@Suite struct FindingTests {
  @Test func brightnessDoesNotTellTheClass() {
    let images = (0..<300).map { index in
      let phantom = Phantom(seed: 21, index: index, longSide: 48)
      let drawing = phantom.draw()
      return (isIll: phantom.finding == .pneumonia, mean: mean(of: drawing))
    }
    // The best threshold, in either direction, chosen on the same images it is evaluated on.
    var best = 0
    for threshold in images.map(\.mean) {
      let hits = images.count { $0.isIll == ($0.mean >= threshold) }
      best = max(best, max(hits, images.count - hits))
    }
    #expect(Double(best) / Double(images.count) < 0.7)
  }

  @Test(arguments: 0..<60)
  func pneumoniaIsAnOpacityInTheLungs(index: Int) throws {
    let ill = Phantom(seed: 8, index: index, finding: .pneumonia, longSide: 96).render()
    let well = Phantom(seed: 8, index: index, finding: .normal, longSide: 96).render()
    #expect(ill.drawing.width == well.drawing.width && ill.drawing.height == well.drawing.height)
    // Automatic exposure darkens the whole image if there is an opacity, so compare how much
    // brighter opaque pixels have become with how much brighter the others have.
    var (opaque, clear): ([Float], [Float]) = ([], [])
    for row in 0..<ill.drawing.height {
      for column in 0..<ill.drawing.width {
        let point = ill.view.bodyPoint(Float(column) + 0.5, Float(row) + 0.5)
        let pixel = (row * ill.drawing.width + column) * ill.drawing.channels
        let brighter = Float(ill.drawing.pixels[pixel]) - Float(well.drawing.pixels[pixel])
        let added = ill.opacity.value(at: point)
        if added > 0.1 { opaque.append(brighter) } else if added == 0 { clear.append(brighter) }
      }
    }
    let share = Float(opaque.count) / Float(ill.drawing.width * ill.drawing.height)
    #expect(share > 0.001 && share < 0.35, "share of the image: \(share)")
    let contrast = mean(opaque) - mean(clear)
    #expect(contrast > 10, "local contrast: \(contrast) gray levels")
  }

  @Test func normalLungsHaveNoOpacity() {
    for index in 0..<10 {
      let opacity = Phantom(seed: 8, index: index, finding: .normal, longSide: 48).render().opacity
      #expect(opacity.values.allSatisfy { $0 == 0 })
    }
  }

  @Test func opacitiesHaveNoSharpBorder() {
    for index in 0..<20 {
      let opacity = Phantom(seed: 9, index: index, finding: .pneumonia, longSide: 200).render()
      let field = opacity.opacity
      // Inside the lungs, whose own borders are sharp, the field changes little between samples.
      var steps: [Float] = []
      for row in 0..<field.height {
        for column in 1..<field.width {
          let (before, here) = (
            field.values[row * field.width + column - 1], field.values[row * field.width + column]
          )
          if before > 0, here > 0 { steps.append(abs(here - before) * field.density) }
        }
      }
      steps.sort()
      // In density per unit of length: a border a fiftieth of a unit wide would give 15 or more.
      #expect(steps[steps.count * 9 / 10] < 4)
    }
  }

  private func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }

  private func mean(of drawing: Drawing) -> Float { mean(drawing.pixels.map { Float($0) }) }
}
