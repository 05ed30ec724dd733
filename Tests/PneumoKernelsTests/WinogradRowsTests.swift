import PneumoCompute
import PneumoKernelABI
import PneumoTestSupport
import Testing

/// Tests of the 3×3 convolution of inputs with few channels by F(1×4, 3×3).
@Suite struct WinogradRowsTests {
  /// Sizes around the tile of four pixels, the strip, and the block of every instruction set.
  static let cases: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for size in 1...40 {
      for isPooled in [false, true] {
        cases.append(
          ConvolutionCase(
            height: size + (isPooled ? 3 : 2), width: 44 - size, inputs: size % 4 + 1,
            isPooled: isPooled))
        cases.append(
          ConvolutionCase(height: 5, width: size + 3, inputs: 3, outputs: 3, isPooled: isPooled))
      }
    }
    for outputs in [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65] {
      for inputs in 1...4 {
        cases.append(
          ConvolutionCase(
            height: 6, width: 9, inputs: inputs, outputs: outputs, isPooled: outputs % 3 == 0,
            limits: (0, .infinity)))
      }
    }
    for isPooled in [false, true] {
      cases.append(
        ConvolutionCase(
          height: 21, width: 103, inputs: 4, outputs: 40, inputPixelStride: 5,
          outputPixelStride: 43, isPooled: isPooled, limits: (-0.5, 0.5)))
      cases.append(
        ConvolutionCase(height: 19, width: 525, inputs: 2, outputs: 2, isPooled: isPooled))
    }
    return cases
  }()

  /// The largest permitted error against Double, relative to the largest output or 1. The largest
  /// measured over all cases and instruction sets is 6.0e-7.
  static let tolerance = 1.2e-6

  /// Compares every instruction set with the definition. Splitting the rows into runs of different
  /// lengths must give the same bits.
  @Test(arguments: cases)
  func matchesDefinition(c: ConvolutionCase) {
    var random = SeededGenerator(seed: 6)
    let input = GuardedBuffer(random.floats(c.height * c.width * (c.inputPixelStride ?? c.inputs)))
    let weights = random.floats(9 * c.inputs * c.outputs)
    let bias = random.floats(c.outputs)
    let sums = c.sums(input.values, weights, bias)
    let expected = c.expected(sums)
    let scale = sums.reduce(1) { max($0, abs($1)) }
    for kernels in InstructionSet.available {
      let whole = convolve(c, input, weights, bias, rows: c.outputHeight, kernels)
      let error = zip(whole, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1) / scale) }
      #expect(whole.count == expected.count && error <= Self.tolerance, "\(kernels.name)")
      for rows in [1, 2, 5] {
        let parts = convolve(c, input, weights, bias, rows: rows, kernels)
        #expect(parts.map(\.bitPattern) == whole.map(\.bitPattern), "\(kernels.name), \(rows) rows")
      }
    }
  }

  /// Compares transformed inputs and kernels with the matrices. The rows of the two are scaled by
  /// inverse factors, so their products are compared.
  @Test(arguments: InstructionSet.available.indices)
  func transformsMatchTheirMatrices(table: Int) {
    let kernels = InstructionSet.available[table]
    let matrices = WinogradMatrices(tileSize: 4)
    let c = ConvolutionCase(height: 3, width: 6, inputs: 2, outputs: 1)
    var random = SeededGenerator(seed: 7)
    let input = GuardedBuffer(random.floats(36))
    let weights = random.floats(18)
    let packed = packed(c, weights, kernels)
    let scratch = GuardedBuffer(count: kernels.rowStripCount)
    let bias = GuardedBuffer([Float](repeating: 0, count: kernels.blockChannels))
    let output = GuardedBuffer(count: 4)
    var arguments = arguments(c, input, packed, bias, output, scratch)
    kernels.convolveWinogradRows(&arguments, 0, 1)
    #expect(scratch.isIntact && output.isIntact)
    let stride = WinogradRowStrip.placeStride(channels: 2)
    for row in 0..<3 {
      for channel in 0..<2 {
        let line = row * 2 + channel
        let pixels = (0..<6).map { Double(input.pointer[(row * 6 + $0) * 2 + channel]) }
        let taps = (0..<3).map { Double(weights[(row * 3 + $0) * 2 + channel]) }
        for place in 0..<6 {
          let weight = packed.pointer[
            ((place / 3 * 6 + line) * 3 + place % 3) * kernels.blockChannels]
          let found = Double(scratch.pointer[place * stride + line]) * Double(weight)
          let expected =
            zip(matrices.inputTransposed[place], pixels).reduce(0) { $0 + $1.0 * $1.1 }
            * zip(matrices.kernel[place], taps).reduce(0) { $0 + $1.0 * $1.1 }
          #expect(abs(found - expected) <= 1e-6 * max(1, abs(expected)), "line \(line), \(place)")
        }
      }
    }
  }

  /// Calls the kernel for `rows` rows at a time, from the last to the first.
  private func convolve(
    _ c: ConvolutionCase, _ input: GuardedBuffer, _ weights: [Float], _ bias: [Float], rows: Int,
    _ kernels: KernelTable
  ) -> [Float] {
    let packed = packed(c, weights, kernels)
    let paddedBias = GuardedBuffer(
      bias + [Float](repeating: 0, count: kernels.padded(c.outputs) - c.outputs))
    let output = GuardedBuffer(
      count: c.outputHeight * c.outputWidth * (c.outputPixelStride ?? c.outputs))
    let scratch = GuardedBuffer(count: kernels.rowStripCount)
    var arguments = arguments(c, input, packed, paddedBias, output, scratch)
    for first in stride(from: 0, to: c.outputHeight, by: rows).reversed() {
      kernels.convolveWinogradRows(&arguments, first, min(first + rows, c.outputHeight))
    }
    #expect(output.isIntact && scratch.isIntact && packed.isIntact && input.isIntact)
    return c.found(output)
  }

  private func packed(
    _ c: ConvolutionCase, _ weights: [Float], _ kernels: KernelTable
  ) -> GuardedBuffer {
    let source = GuardedBuffer(weights)
    let packed = GuardedBuffer(
      [Float](repeating: 0, count: 18 * c.inputs * kernels.padded(c.outputs)))
    var packing = WinogradPackingArguments(
      input: source.pointer, output: packed.pointer, tileSize: 4, inputs: c.inputs,
      outputs: c.outputs)
    kernels.packWinogradRows(&packing)
    #expect(packed.isIntact)
    return packed
  }

  private func arguments(
    _ c: ConvolutionCase, _ input: GuardedBuffer, _ packed: GuardedBuffer, _ bias: GuardedBuffer,
    _ output: GuardedBuffer, _ scratch: GuardedBuffer
  ) -> ConvolutionArguments {
    let inputStride = c.inputPixelStride ?? c.inputs
    let outputStride = c.outputPixelStride ?? c.outputs
    var arguments = ConvolutionArguments(
      input: input.pointer, kernel: packed.pointer, bias: bias.pointer, output: output.pointer,
      scratch: scratch.pointer, inputRowStride: c.width * inputStride,
      inputPixelStride: inputStride, outputRowStride: c.outputWidth * outputStride,
      outputPixelStride: outputStride, outputWidth: c.outputWidth, kernelHeight: 3,
      kernelWidth: 3, inputChannels: c.inputs, outputChannels: c.outputs)
    (arguments.low, arguments.high) = c.limits
    arguments.isPooled = c.isPooled
    return arguments
  }
}
