import PneumoCompute
import PneumoKernelABI
import PneumoTestSupport
import Testing

/// The shape of a convolution and its layout in memory.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var height = 5
  var width = 7
  var inputs = 3
  var outputs = 4
  var kernel = (height: 3, width: 3)
  var stride = (height: 1, width: 1)
  var dilation = (height: 1, width: 1)
  /// The distance between pixels in memory, if larger than the number of channels.
  var inputPixelStride: Int?
  var outputPixelStride: Int?
  var isPooled = false
  var limits = (low: -Float.infinity, high: Float.infinity)

  /// The output size before pooling.
  var sumHeight: Int { (height - (kernel.height - 1) * dilation.height - 1) / stride.height + 1 }
  var sumWidth: Int { (width - (kernel.width - 1) * dilation.width - 1) / stride.width + 1 }
  var outputHeight: Int { isPooled ? sumHeight / 2 : sumHeight }
  var outputWidth: Int { isPooled ? sumWidth / 2 : sumWidth }

  var testDescription: String {
    "\(height)×\(width)×\(inputs) to \(outputs), kernel \(kernel), stride \(stride), "
      + "dilation \(dilation), pixels \(inputPixelStride ?? inputs) \(outputPixelStride ?? outputs)"
      + (isPooled ? ", pooled" : "")
  }

  /// The expected output without clamping, pooled if `isPooled`.
  func sums(_ input: [Float], _ weights: [Float], _ bias: [Float]) -> [Double] {
    let pixelStride = inputPixelStride ?? inputs
    func sum(_ y: Int, _ x: Int, _ o: Int) -> Double {
      var sum = Double(bias[o])
      for ky in 0..<kernel.height {
        for kx in 0..<kernel.width {
          for i in 0..<inputs {
            let row = y * stride.height + ky * dilation.height
            let column = x * stride.width + kx * dilation.width
            let weight = ((ky * kernel.width + kx) * inputs + i) * outputs + o
            sum +=
              Double(input[(row * width + column) * pixelStride + i]) * Double(weights[weight])
          }
        }
      }
      return sum
    }
    var sums: [Double] = []
    for y in 0..<outputHeight {
      for x in 0..<outputWidth {
        for o in 0..<outputs {
          sums.append(
            isPooled
              ? max(
                max(sum(2 * y, 2 * x, o), sum(2 * y, 2 * x + 1, o)),
                max(sum(2 * y + 1, 2 * x, o), sum(2 * y + 1, 2 * x + 1, o)))
              : sum(y, x, o))
        }
      }
    }
    return sums
  }

  /// The same, clamped.
  func expected(_ sums: [Double]) -> [Double] {
    sums.map { min(max($0, Double(limits.low)), Double(limits.high)) }
  }

  /// The channels that the convolution should have written; checks that it has written no others.
  func found(_ output: GuardedBuffer) -> [Float] {
    let pixelStride = outputPixelStride ?? outputs
    let values = output.values
    for index in values.indices where index % pixelStride >= outputs {
      #expect(values[index].isNaN, "element \(index) must not be written")
    }
    return values.indices.filter { $0 % pixelStride < outputs }.map { values[$0] }
  }

  /// Sizes around the tile and block sizes of every instruction set: one less, equal, one more.
  static let all: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for width in [1, 2, 5, 6, 7, 11, 12, 13, 23, 24, 25, 40] {
      cases.append(ConvolutionCase(height: 3, width: width, kernel: (1, 1)))
      cases.append(ConvolutionCase(height: 4, width: width + 2, inputs: 2, outputs: 33))
    }
    for outputs in [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65] {
      cases.append(ConvolutionCase(outputs: outputs))
    }
    for inputs in [1, 2, 16, 17, 32, 128] { cases.append(ConvolutionCase(inputs: inputs)) }
    for stride in 1...3 {
      for dilation in 1...2 {
        cases.append(
          ConvolutionCase(
            height: 17, width: 19, kernel: (2, 3), stride: (stride, 3 - stride + 1),
            dilation: (dilation, 3 - dilation)))
      }
    }
    cases.append(ConvolutionCase(width: 30, inputPixelStride: 8, outputPixelStride: 11))
    cases.append(ConvolutionCase(width: 30, limits: (0, .infinity)))
    cases.append(ConvolutionCase(width: 30, outputs: 35, limits: (0, 0.5)))
    for width in 2...29 {
      cases.append(ConvolutionCase(height: 5, width: width, kernel: (1, 1), isPooled: true))
    }
    for outputs in [1, 15, 17, 33] {
      cases.append(
        ConvolutionCase(
          height: 9, width: 25, inputs: 1, outputs: outputs, stride: (2, 1), dilation: (1, 2),
          outputPixelStride: 40, isPooled: true, limits: (0, 0.5)))
    }
    return cases
  }()
}

@Suite struct ConvolutionTests {
  @Test(arguments: InstructionSet.available.indices, ConvolutionCase.all)
  func directMatchesDefinition(table: Int, c: ConvolutionCase) {
    let kernels = InstructionSet.available[table]
    var random = SeededGenerator(seed: 1)
    let inputStride = c.inputPixelStride ?? c.inputs
    let outputStride = c.outputPixelStride ?? c.outputs
    let input = GuardedBuffer(random.floats(c.height * c.width * inputStride))
    let rows = c.kernel.height * c.kernel.width * c.inputs
    let weights = random.floats(rows * c.outputs)
    let bias = random.floats(c.outputs)
    let output = GuardedBuffer(count: c.outputHeight * c.outputWidth * outputStride)

    let block = kernels.blockChannels
    let padded = (c.outputs + block - 1) / block * block
    let packed = GuardedBuffer(count: rows * padded)
    let source = GuardedBuffer(weights)
    var packing = PackingArguments(
      input: source.pointer, output: packed.pointer, rows: rows, columns: c.outputs,
      rowStride: c.outputs)
    kernels.packBlocks(&packing)
    #expect(packed.isIntact)
    let paddedBias = GuardedBuffer(bias + [Float](repeating: 0, count: padded - c.outputs))

    let scratch = GuardedBuffer(count: kernels.tileCount)
    var arguments = ConvolutionArguments(
      input: input.pointer, kernel: packed.pointer, bias: paddedBias.pointer,
      output: output.pointer, scratch: scratch.pointer, inputRowStride: c.width * inputStride,
      inputPixelStride: inputStride, outputRowStride: c.outputWidth * outputStride,
      outputPixelStride: outputStride, outputWidth: c.outputWidth, kernelHeight: c.kernel.height,
      kernelWidth: c.kernel.width, inputChannels: c.inputs, outputChannels: c.outputs)
    (arguments.strideHeight, arguments.strideWidth) = c.stride
    (arguments.dilationHeight, arguments.dilationWidth) = c.dilation
    (arguments.low, arguments.high) = c.limits
    arguments.isPooled = c.isPooled
    // In two parts, as if split between threads.
    let middle = c.outputHeight / 2
    kernels.convolveDirect(&arguments, middle, c.outputHeight)
    kernels.convolveDirect(&arguments, 0, middle)

    #expect(output.isIntact && scratch.isIntact)
    // The error of a sequential Float sum of n products of numbers below 1 is at most n² · 2^-24;
    // since errors have random signs, it is far smaller in practice.
    let expected = c.expected(c.sums(input.values, weights, bias))
    #expect(largestError(c.found(output), expected) <= 1e-6 * Double(rows).squareRoot() + 1e-6)
  }

  @Test(
    arguments: InstructionSet.available.indices,
    [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 33, 128])
  func depthwiseMatchesDefinition(table: Int, channels: Int) {
    let kernels = InstructionSet.available[table]
    var random = SeededGenerator(seed: 2)
    let (height, width) = (9, 8)
    for (stride, dilation) in [(1, 1), (2, 1), (1, 2)] {
      let outputHeight = (height - 2 * dilation - 1) / stride + 1
      let outputWidth = (width - 2 * dilation - 1) / stride + 1
      let input = GuardedBuffer(random.floats(height * width * channels))
      let weights = GuardedBuffer(random.floats(9 * channels))
      let bias = GuardedBuffer(random.floats(channels))
      let output = GuardedBuffer(count: outputHeight * outputWidth * channels)
      var arguments = ConvolutionArguments(
        input: input.pointer, kernel: weights.pointer, bias: bias.pointer,
        output: output.pointer, scratch: output.pointer, inputRowStride: width * channels,
        inputPixelStride: channels,
        outputRowStride: outputWidth * channels, outputPixelStride: channels,
        outputWidth: outputWidth, kernelHeight: 3, kernelWidth: 3, inputChannels: channels,
        outputChannels: channels)
      (arguments.strideHeight, arguments.strideWidth) = (stride, stride)
      (arguments.dilationHeight, arguments.dilationWidth) = (dilation, dilation)
      (arguments.low, arguments.high) = (0, 6)
      kernels.convolveDepthwise(&arguments, 0, 2)
      kernels.convolveDepthwise(&arguments, 2, outputHeight)
      var expected: [Double] = []
      for y in 0..<outputHeight {
        for x in 0..<outputWidth {
          for c in 0..<channels {
            var sum = Double(bias.pointer[c])
            for ky in 0..<3 {
              for kx in 0..<3 {
                let pixel = (y * stride + ky * dilation) * width + x * stride + kx * dilation
                sum +=
                  Double(input.pointer[pixel * channels + c])
                  * Double(weights.pointer[(ky * 3 + kx) * channels + c])
              }
            }
            expected.append(min(max(sum, 0), 6))
          }
        }
      }
      #expect(output.isIntact)
      #expect(largestError(output.values, expected) <= 1e-6)
    }
  }
}
