import PneumoModel
import PneumoSupport
import PneumoSystem

extension Augmentation {

  /// What becomes of a sample of a data set in an epoch of training, which counts from 1: drawn from
  /// `RandomState([seed, stream, epoch, sample])`.
  ///
  /// - Parameters:
  ///   - sample: its place among the samples of the data set.
  ///   - size: of the network's input.
  package func transform(
    of sample: Int, epoch: Int, stream: RandomStream = .augmentation, seed: UInt32, size: Extent
  ) -> Transform {
    guard self != .none else { return Transform() }
    var random = MersenneTwister(
      seed: seed, stream: stream, UInt32(truncatingIfNeeded: epoch),
      UInt32(truncatingIfNeeded: sample))
    return draw(for: size, from: &random)
  }

  /// Draws what becomes of one image.
  ///
  /// Where `share` is below 1: whether the image is changed; where it is not, whether it is mirrored,
  /// and no more. Then, in this order, each where its range is not off: Keras' draws
  /// (`get_random_transform`), which are rotation, shift of rows, shift of columns, shear, two zoom
  /// factors, and always one number for each of the two flips; then scale, aspect, gamma, contrast,
  /// brightness, blur, noise (deviation, seed), erasing (whether, area, shape, row, column, value).
  ///
  /// - Parameter size: of the image.
  package func draw(for size: Extent, from random: inout MersenneTwister) -> Transform {
    var transform = Transform()
    if share != 1, random.unit() >= share {
      transform.flipsHorizontally = random.unit() < 0.5 && flip
      return transform
    }
    drawAsKeras(for: size, from: &random, into: &transform)
    drawSize(from: &random, into: &transform)
    drawGrayLevels(from: &random, into: &transform)
    if erasing != 0, random.unit() < erasing {
      transform.erased = drawErasure(of: size, from: &random)
    }
    return transform
  }

  private func drawAsKeras(
    for size: Extent, from random: inout MersenneTwister, into transform: inout Transform
  ) {
    transform.convention = convention
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
    transform.flipsHorizontally = random.unit() < 0.5 && flip
    _ = random.unit()  // the vertical flip, which Keras draws always and nobody wants
  }

  private func drawSize(from random: inout MersenneTwister, into transform: inout Transform) {
    if scale != 1...1 {
      let factor = random.uniform(scale.lowerBound, scale.upperBound)
      transform.firstZoom *= factor
      transform.secondZoom *= factor
    }
    if aspect != 1 {
      let factor = exp(random.uniform(-log(aspect), log(aspect)) / 2)
      transform.firstZoom *= factor
      transform.secondZoom /= factor
    }
  }

  private func drawGrayLevels(from random: inout MersenneTwister, into transform: inout Transform) {
    if gamma != 1...1 {
      transform.gamma = exp(random.uniform(log(gamma.lowerBound), log(gamma.upperBound)))
    }
    if contrast != 0 { transform.contrast = Float(random.uniform(1 - contrast, 1 + contrast)) }
    if brightness != 0 { transform.brightness = Float(random.uniform(-brightness, brightness)) }
    if blur != 0 { transform.isBlurred = random.unit() < blur }
    if noise != 0 {
      transform.noise = Float(random.uniform(0, noise))
      transform.noiseSeed = random.nextWord()
    }
  }

  private func drawErasure(of size: Extent, from random: inout MersenneTwister) -> Transform.Erasure
  {
    let area = random.uniform(erasedArea.lowerBound, erasedArea.upperBound)
    let pixels = area * Double(size.height * size.width)
    let ratio = exp(random.uniform(-0.7, 0.7))
    let height = min(max(Int((pixels * ratio).squareRoot()), 1), size.height)
    let width = min(max(Int((pixels / ratio).squareRoot()), 1), size.width)
    let top = Int(random.unit() * Double(size.height - height + 1))
    let left = Int(random.unit() * Double(size.width - width + 1))
    return Transform.Erasure(
      rows: top..<top + height, columns: left..<left + width,
      value: Float(random.uniform(0, 255)))
  }
}
