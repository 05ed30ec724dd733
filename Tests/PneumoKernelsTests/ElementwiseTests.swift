import Foundation
import PneumoCompute
import PneumoKernelABI
import PneumoTestSupport
import Testing

@Suite struct ElementwiseTests {
  static let counts = Array(0...35) + [64, 100]

  @Test(arguments: InstructionSet.available.indices)
  func addAndClamp(table: Int) {
    let kernels = InstructionSet.available[table]
    var random = SeededGenerator(seed: 4)
    for count in Self.counts {
      let a = GuardedBuffer(random.floats(count))
      let b = GuardedBuffer(random.floats(count))
      let output = GuardedBuffer(count: count)
      kernels.add(a.pointer, b.pointer, output.pointer, count)
      #expect(output.isIntact)
      #expect(output.values == zip(a.values, b.values).map(+))
      kernels.clamp(a.pointer, -0.25, 0.5, output.pointer, count)
      #expect(output.isIntact)
      #expect(output.values == a.values.map { min(max($0, -0.25), 0.5) })
    }
  }

  /// A matrix times a row, and the gradients of both.
  @Test(arguments: InstructionSet.available.indices)
  func products(table: Int) {
    let kernels = InstructionSet.available[table]
    var random = SeededGenerator(seed: 14)
    for (rows, columns) in [0, 1, 2, 5].flatMap({ rows in (0...35).map { (rows, $0) } }) {
      let a = GuardedBuffer(random.floats(rows * columns))
      let b = GuardedBuffer(random.floats(rows * columns))
      let row = GuardedBuffer(random.floats(columns))
      let output = GuardedBuffer(count: rows * columns)
      kernels.multiply(a.pointer, row.pointer, output.pointer, rows, columns)
      let products = a.values.indices.map { a.values[$0] * row.values[$0 % columns] }
      #expect(output.isIntact && output.values == products)

      kernels.training.addProducts(a.pointer, row.pointer, b.pointer, rows, columns)
      let before = (0..<rows * columns).map { Double(b.values[$0]) }
      kernels.training.addProducts(a.pointer, row.pointer, b.pointer, rows, columns)
      let sums = before.indices.map {
        before[$0] + Double(a.values[$0]) * Double(row.values[$0 % columns])
      }
      #expect(b.isIntact && largestError(b.values, sums) <= 2e-7)

      var totals = row.values.map(Double.init)
      for index in a.values.indices {
        totals[index % columns] += Double(a.values[index]) * Double(b.values[index])
      }
      kernels.training.addColumnProducts(a.pointer, b.pointer, rows, columns, row.pointer)
      #expect(row.isIntact && largestError(row.values, totals) <= 1e-6)
    }
  }

  @Test(arguments: InstructionSet.available.indices)
  func clampKeepsNaN(table: Int) {
    let input = GuardedBuffer([Float](repeating: .nan, count: 33))
    InstructionSet.available[table].clamp(input.pointer, 0, .infinity, input.pointer, 33)
    #expect(input.values.allSatisfy { $0.isNaN })
  }

  @Test(arguments: InstructionSet.available.indices)
  func scaleAndShift(table: Int) {
    let kernels = InstructionSet.available[table]
    var random = SeededGenerator(seed: 5)
    for channels in 1...35 {
      let input = GuardedBuffer(random.floats(3 * channels))
      let scale = GuardedBuffer(random.floats(channels))
      let shift = GuardedBuffer(random.floats(channels))
      let output = GuardedBuffer(count: 3 * channels)
      var arguments = ScaleArguments(
        input: input.pointer, scale: scale.pointer, shift: shift.pointer,
        output: output.pointer, channels: channels)
      kernels.scaleAndShift(&arguments, 3)
      let expected = (0..<3 * channels).map {
        Double(input.pointer[$0]) * Double(scale.pointer[$0 % channels])
          + Double(shift.pointer[$0 % channels])
      }
      #expect(output.isIntact)
      #expect(largestError(output.values, expected) <= 2e-7)
    }
  }

  @Test(arguments: InstructionSet.available.indices)
  func transcendentalsMatchDouble(table: Int) {
    let kernels = InstructionSet.available[table]
    // Dense near zero, and extending to where all functions saturate.
    let xs =
      (-4000...4000).map { Float(pow(Double($0) / 4000, 3) * 100) } + [.infinity, -.infinity]
    let input = GuardedBuffer(xs)
    let output = GuardedBuffer(count: xs.count)
    kernels.sigmoid(input.pointer, output.pointer, xs.count)
    #expect(relativeError(output.values, xs.map { 1 / (1 + exp(-Double($0))) }) <= 5e-7)
    kernels.tanh(input.pointer, output.pointer, xs.count)
    #expect(relativeError(output.values, xs.map { tanh(Double($0)) }) <= 5e-7)
    kernels.swish(input.pointer, output.pointer, xs.count - 2)
    #expect(output.isIntact)
    for (x, y) in zip(xs, output.values) where x.isFinite {
      let expected = Double(x) / (1 + exp(-Double(x)))
      // Below -87 the exponential saturates, with an error of at most 100 · e^-87.
      #expect(abs(Double(y) - expected) <= (x < -87 ? 2e-36 : 5e-7 * abs(expected)))
    }
  }

  /// Values and slopes at, near and far from the bends at -3 and 3.
  @Test(arguments: InstructionSet.available.indices)
  func hardSwish(table: Int) {
    let kernels = InstructionSet.available[table]
    let xs =
      (-400...400).map { Float($0) / 64 } + [-3, 3, -1e30, 1e30]
      + [-3, 3].flatMap { [Float($0).nextUp, Float($0).nextDown] }
    for count in [0, 1, 15, 16, 17, xs.count] {
      let input = GuardedBuffer(Array(xs.suffix(count)))
      let output = GuardedBuffer(count: count)
      let gradient = GuardedBuffer([Float](repeating: 2, count: count))
      kernels.hardSwish(input.pointer, output.pointer, count)
      kernels.training.hardSwishGradient(input.pointer, gradient.pointer, count)
      #expect(output.isIntact && gradient.isIntact)
      for (x, (y, slope)) in zip(input.values, zip(output.values, gradient.values)) {
        let x = Double(x)
        let expected = x * min(max(x + 3, 0), 6) / 6
        #expect(abs(Double(y) - expected) <= 5e-7 * max(abs(expected), 1), "\(x)")
        #expect(abs(Double(slope) - (x < -3 ? 0 : x > 3 ? 2 : 2 * x / 3 + 1)) <= 1e-6, "\(x)")
      }
    }
    let unknown = GuardedBuffer([Float](repeating: .nan, count: 17))
    kernels.hardSwish(unknown.pointer, unknown.pointer, 17)
    #expect(unknown.values.allSatisfy { $0.isNaN })
  }

  /// The largest relative error, where values below 1e-30 count as 1e-30.
  private func relativeError(_ a: [Float], _ b: [Double]) -> Double {
    let errors = zip(a, b).map { abs(Double($0) - $1) / max(abs($1), 1e-30) }
    return errors.allSatisfy(\.isFinite) ? errors.max() ?? 0 : .infinity
  }

  @Test(arguments: InstructionSet.available.indices)
  func softmaxSumsToOne(table: Int) {
    let kernels = InstructionSet.available[table]
    var random = SeededGenerator(seed: 6)
    for channels in 1...35 {
      let input = GuardedBuffer(random.floats(2 * channels).map { $0 * 50 })
      let output = GuardedBuffer(count: 2 * channels)
      kernels.softmax(input.pointer, output.pointer, 2, channels)
      var expected: [Double] = []
      for pixel in 0..<2 {
        let x = input.values[pixel * channels..<(pixel + 1) * channels].map(Double.init)
        let sum = x.reduce(0) { $0 + exp($1 - x.max()!) }
        expected += x.map { exp($0 - x.max()!) / sum }
      }
      #expect(output.isIntact)
      #expect(largestError(output.values, expected) <= 5e-7)
    }
  }

  @Test(arguments: InstructionSet.available.indices)
  func widensEveryFiniteHalf(table: Int) {
    let halves = (UInt16.min...UInt16.max).filter { $0 & 0x7C00 != 0x7C00 }
    let output = GuardedBuffer(count: halves.count)
    InstructionSet.available[table].widenHalf(halves, output.pointer, halves.count)
    #expect(output.isIntact)
    let wrong = zip(halves, output.values).filter {
      $1.bitPattern != Float(Float16(bitPattern: $0)).bitPattern
    }
    #expect(wrong.isEmpty)
  }

  @Test(arguments: InstructionSet.available.indices, 2...4)
  func grayImagesAreDetected(table: Int, channels: Int) {
    let kernels = InstructionSet.available[table]
    var random = SeededGenerator(seed: 9)
    for pixels in [1, 2, 15, 16, 63, 64, 65, 130] {
      let plane = random.floats(pixels)
      let input = GuardedBuffer(plane.flatMap { [Float](repeating: $0, count: channels) })
      let output = GuardedBuffer(count: pixels)
      #expect(kernels.extractGray(input.pointer, channels, output.pointer, pixels))
      #expect(output.values == plane && output.isIntact)
      for place in [1, pixels * channels - 1] {
        let value = input.pointer[place]
        input.pointer[place] = value.nextUp
        #expect(!kernels.extractGray(input.pointer, channels, output.pointer, pixels))
        input.pointer[place] = value
      }
      #expect(output.isIntact)
    }
  }
}
