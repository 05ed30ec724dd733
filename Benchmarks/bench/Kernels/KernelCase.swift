import PneumoCompute
import PneumoKernelABI

/// One kernel at one shape, ready to be called again and again.
struct KernelCase {
  /// Its name in the table, with the window and stride where there is one.
  let kernel: String
  /// What goes in and what comes out.
  let shape: String
  /// Multiplications with additions of one call.
  let multiplyAdds: Int
  /// Bytes that a call reads and writes at least, each counted once.
  let bytes: Int
  /// Where the result is.
  let output: FloatBuffer
  /// Whether the layout of the result is that of every instruction set.
  var isComparable = true
  /// Calls the kernel once.
  let call: () -> Void

  /// The largest |a - b| / max(1, |b|) between the results of the same case on two instruction
  /// sets, both of which have been called.
  func difference(from other: KernelCase) -> Float {
    (0..<output.count).reduce(0) { largest, index in
      let expected = other.output.pointer[index]
      let difference = abs(output.pointer[index] - expected) / max(1, abs(expected))
      return difference <= largest ? largest : difference  // NaN stays
    }
  }
}

extension FloatBuffer {
  /// `count` seeded numbers of -`limit`..<`limit`, which repeat after some thousand.
  convenience init(count: Int, limit: Float) {
    self.init(count: count)
    var random = NumPyRandom(seed: 3)
    let period = min(count, 4093)  // a prime, so that rows of a matrix differ
    for (index, value) in random.floats(period, -Double(limit), Double(limit)).enumerated() {
      pointer[index] = value
    }
    for index in period..<count { pointer[index] = pointer[index - period] }
  }
}
