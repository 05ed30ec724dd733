import PneumoModel
import PneumoSystem

// The windows of Pillow's `Image.resize` (`src/libImaging/Resample.c`), in Double and in its order
// of operations, so that the weights come out the same:
//   box       1 on (-1/2, 1/2]
//   bilinear  1 - |x|
//   hamming   sinc(x) * (0.54 + 0.46 cos(pi x))
//   bicubic   Keys' kernel with a = -1/2
//   lanczos   sinc(x) * sinc(x / 3)

extension Preprocessing.Filter {

  /// Half the width of the window, in source pixels when enlarging; 0 for filters without one.
  var support: Double {
    switch self {
    case .nearest, .tensorFlowBilinear: 0
    case .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The window at `position`, in units of the (scaled) pixel distance.
  func weight(at position: Double) -> Double {
    let x = abs(position)
    switch self {
    case .nearest, .tensorFlowBilinear:
      return 0
    case .box:
      return position > -0.5 && position <= 0.5 ? 1 : 0
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .hamming:
      guard x > 0 else { return 1 }
      guard x < 1 else { return 0 }
      let angle = x * Double.pi
      // Pillow writes these two numbers in single precision.
      return sin(angle) / angle * (Double(Float(0.54)) + Double(Float(0.46)) * cos(angle))
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    case .lanczos:
      return position >= -3 && position < 3 ? sinc(position) * sinc(position / 3) : 0
    }
  }
}

private func sinc(_ x: Double) -> Double {
  guard x != 0 else { return 1 }
  let angle = x * Double.pi
  return sin(angle) / angle
}

/// For each pixel along one axis of the result: which source pixels count, and how much.
///
/// Weights are normalized to a sum of 1 in Double, then rounded to fixed point with
/// `precisionBits` fractional bits, as Pillow does for 8-bit images.
struct ResampleWeights {
  /// 32 bits hold 8 of the pixel, 2 of overshoot and sign, and these.
  static let precisionBits: Int32 = 32 - 8 - 2

  /// First source pixel of each target pixel; never decreases.
  private(set) var first: [Int] = []
  /// `weights[starts[i]..<starts[i + 1]]` belong to target pixel i.
  private(set) var starts: [Int] = [0]
  private(set) var weights: [Int32] = []
  /// Most source pixels that one target pixel takes.
  private(set) var longest = 0

  /// How many source pixels target pixel `index` takes.
  func count(_ index: Int) -> Int { starts[index + 1] - starts[index] }

  init(from source: Int, to target: Int, filter: Preprocessing.Filter) {
    let scale = Double(source) / Double(target)
    let filterScale = max(scale, 1)
    let support = filter.support * filterScale
    let step = 1 / filterScale
    var window: [Double] = []
    for index in 0..<target {
      let center = (Double(index) + 0.5) * scale
      let low = max(Int(center - support + 0.5), 0)
      let high = min(Int(center + support + 0.5), source)
      window.removeAll(keepingCapacity: true)
      var sum = 0.0
      for position in low..<max(low, high) {
        let weight = filter.weight(at: (Double(position) - center + 0.5) * step)
        window.append(weight)
        sum += weight
      }
      for weight in window {
        let fixed = (sum == 0 ? weight : weight / sum) * Double(1 << Self.precisionBits)
        weights.append(Int32(fixed < 0 ? fixed - 0.5 : fixed + 0.5))
      }
      first.append(low)
      starts.append(weights.count)
      longest = max(longest, window.count)
    }
  }
}
