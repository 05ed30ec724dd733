import PneumoCompute
import PneumoKernelABI
import PneumoTestSupport
import Testing

@Suite struct DenseTests {
  /// Sizes around one block, around four blocks, and around a tile of images.
  @Test(
    arguments: InstructionSet.available.indices,
    [1, 7, 16, 17, 33, 63, 64, 65, 129])
  func matchesDefinition(table: Int, outputs: Int) {
    let kernels = InstructionSet.available[table]
    var random = SeededGenerator(seed: 3)
    for (images, inputs) in [
      (1, 1), (1, 130), (2, 17), (3, 5), (5, 16), (6, 9), (7, 3), (8, 4), (11, 2), (12, 8),
      (13, 33), (25, 6),
    ] {
      for isHalf in [false, true] {
        var weights = random.floats(inputs * outputs)
        if isHalf { weights = weights.map { Float(Float16($0)) } }
        let input = GuardedBuffer(random.floats(images * inputs))
        let bias = random.floats(outputs)
        let block = kernels.blockChannels
        let padded = (outputs + block - 1) / block * block
        let packed = GuardedBuffer(count: (inputs * padded + (isHalf ? 1 : 0)) / (isHalf ? 2 : 1))
        pack(weights, inputs, outputs, isHalf: isHalf, into: packed, kernels)
        #expect(packed.isIntact)
        let paddedBias = GuardedBuffer(bias + [Float](repeating: 0, count: padded - outputs))
        let output = GuardedBuffer(count: images * outputs)
        let scratch = GuardedBuffer(count: kernels.tileCount)
        var arguments = DenseArguments(
          input: input.pointer, kernel: packed.pointer, isKernelHalf: isHalf,
          bias: paddedBias.pointer, output: output.pointer, scratch: scratch.pointer,
          images: images, inputs: inputs,
          outputs: outputs)
        arguments.low = -1
        arguments.high = 1.5
        // In two parts, as if split between threads.
        let blocks = padded / block
        kernels.multiplyDense(&arguments, blocks / 2, blocks)
        kernels.multiplyDense(&arguments, 0, blocks / 2)
        #expect(output.isIntact && scratch.isIntact)

        var expected: [Double] = []
        for image in 0..<images {
          for o in 0..<outputs {
            var sum = Double(bias[o])
            for i in 0..<inputs {
              sum += Double(input.pointer[image * inputs + i]) * Double(weights[i * outputs + o])
            }
            expected.append(min(max(sum, -1), 1.5))
          }
        }
        #expect(largestError(output.values, expected) <= 3e-6, "\(images) images of \(inputs)")
      }
    }
  }

  private func pack(
    _ weights: [Float], _ rows: Int, _ columns: Int, isHalf: Bool, into packed: GuardedBuffer,
    _ kernels: KernelTable
  ) {
    func pack(_ source: UnsafeRawBufferPointer) {
      var arguments = PackingArguments(
        input: source.baseAddress!, output: packed.pointer, rows: rows, columns: columns,
        rowStride: columns)
      arguments.isHalf = isHalf
      kernels.packBlocks(&arguments)
    }
    if isHalf {
      weights.map { Float16($0).bitPattern }.withUnsafeBytes(pack)
    } else {
      weights.withUnsafeBytes(pack)
    }
  }
}
