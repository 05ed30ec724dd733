import PneumoCompute
import PneumoKernelABI
import PneumoTestSupport
import Testing

@Suite struct PoolingTests {
  struct Case: Sendable {
    var window: (height: Int, width: Int)
    var stride: (height: Int, width: Int)
    /// Rows and columns by which windows extend past each border.
    var overhang = 0
    var divisor = 0
  }

  static let cases = [
    Case(window: (2, 2), stride: (2, 2)), Case(window: (3, 2), stride: (1, 3)),
    Case(window: (3, 3), stride: (2, 2), overhang: 1),
    Case(window: (3, 3), stride: (1, 1), overhang: 2, divisor: 9),
    Case(window: (9, 11), stride: (9, 11)),
  ]

  @Test(
    arguments: InstructionSet.available.indices,
    [1, 3, 4, 5, 8, 9, 16, 17, 32, 35])
  func matchesDefinition(table: Int, channels: Int) {
    let kernels = InstructionSet.available[table]
    let (height, width) = (9, 11)
    var random = SeededGenerator(seed: 3)
    for c in Self.cases {
      let input = GuardedBuffer(random.floats(height * width * channels))
      let rows = (height + 2 * c.overhang - c.window.height) / c.stride.height + 1
      let columns = (width + 2 * c.overhang - c.window.width) / c.stride.width + 1
      let largest = GuardedBuffer(count: rows * columns * channels)
      let mean = GuardedBuffer(count: rows * columns * channels)
      var arguments = PoolingArguments(
        input: input.pointer, output: largest.pointer, inputHeight: height, inputWidth: width,
        outputWidth: columns, channels: channels, windowHeight: c.window.height,
        windowWidth: c.window.width, strideHeight: c.stride.height, strideWidth: c.stride.width,
        top: c.overhang, left: c.overhang, divisor: c.divisor)
      kernels.poolMax(&arguments, 0, rows / 2)
      kernels.poolMax(&arguments, rows / 2, rows)
      arguments.output = mean.pointer
      kernels.poolAverage(&arguments, 0, rows / 2)
      kernels.poolAverage(&arguments, rows / 2, rows)

      var expectedLargest: [Double] = []
      var expectedMean: [Double] = []
      for y in 0..<rows {
        for x in 0..<columns {
          for channel in 0..<channels {
            var values: [Double] = []
            for wy in 0..<c.window.height {
              for wx in 0..<c.window.width {
                let row = y * c.stride.height + wy - c.overhang
                let column = x * c.stride.width + wx - c.overhang
                guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                values.append(Double(input.pointer[(row * width + column) * channels + channel]))
              }
            }
            expectedLargest.append(values.max()!)
            let divisor = c.divisor > 0 ? c.divisor : values.count
            expectedMean.append(values.reduce(0, +) / Double(divisor))
          }
        }
      }
      #expect(largest.isIntact && mean.isIntact)
      #expect(largestError(largest.values, expectedLargest) == 0)
      #expect(largestError(mean.values, expectedMean) <= 1e-6)
    }
  }
}
