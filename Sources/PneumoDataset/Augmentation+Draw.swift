import PneumoModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Augmentation {

  /// Draws what becomes of one image.
  ///
  /// In this order, each where its range is not zero: Keras' draws (`get_random_transform`), which
  /// are rotation, shift of rows, shift of columns, shear, two zoom factors, and always one number
  /// for each of the two flips; then crop (side, down, right), scale, aspect, blur, contrast,
  /// brightness, gamma, noise (deviation, seed), erasing (whether, area, shape, row, column, value).
  ///
  /// - Parameter size: of the image.
  public func draw(for size: Extent, from random: inout NumPyRandom) -> Transform {
    var transform = Transform()
    drawAsKeras(for: size, from: &random, into: &transform)
    drawWindow(from: &random, into: &transform.window)
    drawGreyValues(from: &random, into: &transform)
    if erasingProbability != 0, random.unit() < erasingProbability {
      transform.erased = drawErasure(of: size, from: &random)
    }
    return transform
  }

  private func drawAsKeras(
    for size: Extent, from random: inout NumPyRandom, into transform: inout Transform
  ) {
    transform.era = era
    if rotation != 0 { transform.rotation = random.uniform(-rotation, rotation) }
    if shift != 0 {
      transform.firstShift = random.uniform(-shift, shift) * Double(size.height)
      transform.secondShift = random.uniform(-shift, shift) * Double(size.width)
    }
    if shear != 0 { transform.shear = random.uniform(-shear, shear) }
    if zoom != 0 {
      transform.firstZoom = random.uniform(1 - zoom, 1 + zoom)
      transform.secondZoom = random.uniform(1 - zoom, 1 + zoom)
    }
    transform.flipsHorizontally = random.unit() < 0.5 && horizontalFlip
    _ = random.unit()  // the vertical flip, which Keras draws always and nobody wants
  }

  private func drawWindow(from random: inout NumPyRandom, into window: inout Transform.Window) {
    if crop != 0 {
      let side = random.uniform(1 - crop, 1)
      let slack = (1 - side) / 2
      window.height = side
      window.width = side
      window.down = random.uniform(-slack, slack)
      window.right = random.uniform(-slack, slack)
    }
    if scale != 0 {
      let factor = random.factor(upTo: 1 + scale)
      window.height *= factor
      window.width *= factor
    }
    if aspect != 0 {
      let factor = random.factor(upTo: 1 + aspect).squareRoot()
      window.height *= factor
      window.width /= factor
    }
  }

  private func drawGreyValues(from random: inout NumPyRandom, into transform: inout Transform) {
    if blur != 0...0 { transform.blur = Float(random.uniform(blur.lowerBound, blur.upperBound)) }
    if contrast != 0 { transform.contrast = Float(random.uniform(1 - contrast, 1 + contrast)) }
    if brightness != 0 {
      transform.brightness = Float(random.uniform(1 - brightness, 1 + brightness))
    }
    if gamma != 0 { transform.gamma = Float(random.factor(upTo: 1 + gamma)) }
    if noise != 0 {
      transform.noise = Float(random.uniform(0, noise))
      transform.noiseSeed = random.nextWord()
    }
  }

  private func drawErasure(of size: Extent, from random: inout NumPyRandom) -> Transform.Erasure {
    let area = random.uniform(erasingArea.lowerBound, erasingArea.upperBound)
    let shape = random.factor(upTo: 3)
    func side(_ extent: Int, _ share: Double) -> Int {
      min(extent, max(1, Int((Double(extent) * min(1, share)).rounded())))
    }
    let height = side(size.height, (area * shape).squareRoot())
    let width = side(size.width, (area / shape).squareRoot())
    let top = Int(random.unit() * Double(size.height - height + 1))
    let left = Int(random.unit() * Double(size.width - width + 1))
    return Transform.Erasure(
      rows: top..<top + height, columns: left..<left + width,
      value: Float(random.uniform(0, 255)))
  }
}

extension NumPyRandom {
  /// A factor of 1 / `limit` ... `limit`, uniform in its logarithm.
  fileprivate mutating func factor(upTo limit: Double) -> Double {
    let bound = log(limit)
    return exp(uniform(-bound, bound))
  }
}
