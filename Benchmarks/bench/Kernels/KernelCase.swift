import PneumoCompute
import PneumoKernelABI
import PneumoSupport

/// One kernel at one shape, ready to be called repeatedly.
struct KernelCase {
  /// Its name in the table, with window and stride if it has them.
  let kernel: String
  /// The shapes of its input and output.
  let shape: String
  /// Multiply-adds per call.
  let multiplyAdds: Int
  /// The least number of bytes that a call must read and write, each counted once.
  let bytes: Int
  /// The buffer that holds the result.
  let output: FloatBuffer
  /// Whether the result has the same layout on every instruction set.
  var isComparable = true
  /// Calls the kernel once.
  let call: () -> Void

  /// The largest |a - b| / max(1, |b|) between the results of the same case on two instruction
  /// sets. Both must have been called.
  func difference(from other: KernelCase) -> Float {
    (0..<output.count).reduce(0) { largest, index in
      let expected = other.output.pointer[index]
      let difference = abs(output.pointer[index] - expected) / max(1, abs(expected))
      return difference <= largest ? largest : difference  // propagates NaN
    }
  }
}

extension FloatBuffer {
  /// Makes a buffer of `count` seeded random values in -`limit`..<`limit`, repeating with a period
  /// of a few thousand.
  convenience init(count: Int, limit: Float) {
    self.init(count: count)
    var random = PCG64(seed: 3)
    let period = min(count, 4093)  // a prime, so that the rows of a matrix differ
    for (index, value) in random.floats(period, -Double(limit), Double(limit)).enumerated() {
      pointer[index] = value
    }
    for index in period..<count { pointer[index] = pointer[index - period] }
  }
}
