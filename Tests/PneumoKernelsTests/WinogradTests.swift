import PneumoCompute
import PneumoKernelABI
import PneumoModel
import PneumoTestSupport
import Testing

/// The matrices that define F(m×m, 3×3).
struct WinogradMatrices {
  let tileSize: Int
  let inputTransposed: [[Double]]
  let kernel: [[Double]]
  let outputTransposed: [[Double]]

  /// Derives the matrices by the general construction from points (Toom 1963, Cook 1966),
  /// independently of the kernels.
  ///
  /// A product of polynomials of degrees m - 1 and 2 is determined by its values at m + 1 points
  /// and its leading coefficient. The transposed algorithm is a convolution with m outputs.
  init(tileSize: Int) {
    self.tileSize = tileSize
    let points =
      tileSize == 4
      ? [0, 0.5.squareRoot(), -0.5.squareRoot(), 2.0.squareRoot(), -2.0.squareRoot()]
      : Array([0, 1, -1, 2, -2, 0.5, -0.5].prefix(tileSize + 1))
    let size = tileSize + 2

    /// The coefficients of the product of (x - point) over all points except the one at `skipped`.
    func product(skipping skipped: Int?) -> [Double] {
      var coefficients = [1.0]
      for (index, point) in points.enumerated() where index != skipped {
        var next = [Double](repeating: 0, count: coefficients.count + 1)
        for (power, value) in coefficients.enumerated() {
          next[power + 1] += value
          next[power] -= point * value
        }
        coefficients = next
      }
      return coefficients
    }
    func power(_ base: Double, _ exponent: Int) -> Double {
      (0..<exponent).reduce(1) { value, _ in value * base }
    }

    inputTransposed =
      points.indices.map { product(skipping: $0) + [0] } + [product(skipping: nil)]
    kernel =
      points.enumerated().map { index, point in
        let scale = points.enumerated().reduce(1.0) { value, other in
          other.offset == index ? value : value * (point - other.element)
        }
        return (0..<3).map { power(point, $0) / scale }
      } + [[0, 0, 1]]
    outputTransposed = (0..<tileSize).map { row in
      points.map { power($0, row) } + [row == tileSize - 1 ? 1 : 0]
    }
    precondition(inputTransposed.count == size && inputTransposed.allSatisfy { $0.count == size })
  }

  /// `matrix · square · matrixᵀ`
  static func sandwich(_ matrix: [[Double]], _ square: [[Double]]) -> [[Double]] {
    let left = matrix.map { row in
      square[0].indices.map { column in
        zip(row, square).reduce(0) { $0 + $1.0 * $1.1[column] }
      }
    }
    return left.map { row in
      matrix.map { other in zip(row, other).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }
}

/// A 3×3 convolution with stride 1.
struct WinogradCase: Sendable, CustomTestStringConvertible {
  var height: Int
  var width: Int
  var inputs = 3
  var outputs = 5
  var images = 1
  var insets = Insets.zero
  var isPooled = false
  var limits = (low: -Float.infinity, high: Float.infinity)

  var outputHeight: Int { (height + insets.top + insets.bottom - 2) / (isPooled ? 2 : 1) }
  var outputWidth: Int { (width + insets.left + insets.right - 2) / (isPooled ? 2 : 1) }

  var testDescription: String {
    "\(images) of \(height)×\(width)×\(inputs) to \(outputs), \(insets)"
      + (isPooled ? ", pooled" : "")
  }

  static let all: [WinogradCase] = {
    var cases: [WinogradCase] = []
    for size in 1...40 {
      let insets = Insets(top: 1, bottom: 1, left: 1, right: 1)
      cases.append(WinogradCase(height: size, width: 41 - size, insets: insets))
      cases.append(WinogradCase(height: size + 3, width: size + 4, isPooled: true))
    }
    for images in 2...5 {
      cases.append(WinogradCase(height: 9, width: 11, inputs: 17, outputs: 3, images: images))
    }
    for channels in [1, 3, 16, 17, 32, 128] {
      cases.append(WinogradCase(height: 8, width: 9, inputs: channels, outputs: 16))
      cases.append(
        WinogradCase(
          height: 8, width: 10, inputs: 16, outputs: channels, isPooled: true,
          limits: (0, .infinity)))
    }
    cases.append(WinogradCase(height: 8, width: 8, inputs: 128, outputs: 128))
    cases.append(
      WinogradCase(
        height: 13, width: 12, inputs: 20, outputs: 40, images: 2,
        insets: Insets(top: 2, bottom: 0, left: 0, right: 3), isPooled: true, limits: (0, 0.5)))
    return cases
  }()
}

@Suite struct WinogradTests {
  static let tileSizes = [2, 4, 6]

  /// The largest permitted error against Double, relative to the largest output. The largest
  /// measured over all cases and instruction sets is 4.9e-7 for F(2×2), 1.9e-6 for F(4×4), 1.1e-5
  /// for F(6×6).
  static func tolerance(_ tileSize: Int) -> Double {
    switch tileSize {
    case 2: 1e-6
    case 4: 4e-6
    default: 2e-5
    }
  }

  /// Checks the construction itself: its matrices must give convolutions.
  @Test func constructionGivesConvolutions() {
    for tileSize in Self.tileSizes {
      let matrices = WinogradMatrices(tileSize: tileSize)
      let input = (0..<tileSize + 2).map { Double($0 * $0 % 7) - 2 }
      let kernel = [0.5, -1.25, 3]
      let d = matrices.inputTransposed.map { zip($0, input).reduce(0) { $0 + $1.0 * $1.1 } }
      let g = matrices.kernel.map { zip($0, kernel).reduce(0) { $0 + $1.0 * $1.1 } }
      let found = matrices.outputTransposed.map { row in
        row.indices.reduce(0) { $0 + row[$1] * d[$1] * g[$1] }
      }
      for x in 0..<tileSize {
        let expected = (0..<3).reduce(0) { $0 + input[x + $1] * kernel[$1] }
        #expect(abs(found[x] - expected) < 1e-12)
      }
    }
  }

  /// Compares each transform with its matrix. The kernels scale the rows of the input and kernel
  /// matrices by inverse factors, so the products of these two are compared.
  @Test(arguments: InstructionSet.available.indices, tileSizes)
  func transformsMatchTheirMatrices(table: Int, tileSize: Int) {
    let kernels = InstructionSet.available[table]
    let matrices = WinogradMatrices(tileSize: tileSize)
    let size = tileSize + 2
    var random = SeededGenerator(seed: 4)
    let tile = random.floats(size * size)
    let taps = random.floats(9)
    let packed = GuardedBuffer([Float](repeating: 0, count: size * size * kernels.blockChannels))
    let source = GuardedBuffer(taps)
    var packing = WinogradPackingArguments(
      input: source.pointer, output: packed.pointer, tileSize: tileSize, inputs: 1, outputs: 1)
    kernels.packWinograd(&packing)
    #expect(packed.isIntact)

    let input = GuardedBuffer(tile)
    let bias = GuardedBuffer([Float](repeating: 0, count: kernels.blockChannels))
    let output = GuardedBuffer(count: tileSize * tileSize)
    var arguments = WinogradArguments(
      input: input.pointer, kernel: packed.pointer, bias: bias.pointer, output: output.pointer,
      scratch: output.pointer, tileSize: tileSize, tiles: 1, channelStride: kernels.vectorCount,
      inputHeight: size, inputWidth: size, inputChannels: 1, top: 0, left: 0,
      outputHeight: tileSize, outputWidth: tileSize, outputChannels: 1, isPooled: false)
    let scratch = GuardedBuffer(
      count: arguments.scratchCount(blockChannels: kernels.blockChannels))
    arguments.scratch = scratch.pointer
    kernels.transformWinogradInput(&arguments, 0, 1)

    let expectedInput = WinogradMatrices.sandwich(
      matrices.inputTransposed, rows(of: tile, size).map { $0.map(Double.init) })
    let expectedKernel = WinogradMatrices.sandwich(
      matrices.kernel, rows(of: taps, 3).map { $0.map(Double.init) })
    var largest = 0.0
    for y in 0..<size {
      for x in 0..<size {
        let place = y * size + x
        let found =
          Double(scratch.pointer[place * arguments.channelStride])
          * Double(packed.pointer[place * kernels.blockChannels])
        let expected = expectedInput[y][x] * expectedKernel[y][x]
        #expect(abs(found - expected) <= 2e-6 * max(1, abs(expected)), "place \(y), \(x)")
        largest = max(largest, abs(expected))
      }
    }
    #expect(largest > 0.1)

    // The output transform, applied to products in the scratch memory.
    let products = random.floats(size * size)
    for (place, value) in products.enumerated() {
      scratch.pointer[arguments.inputCount + place * kernels.blockChannels] = value
    }
    kernels.transformWinogradOutput(&arguments, 0, 0, 1)
    let expectedOutput = WinogradMatrices.sandwich(
      matrices.outputTransposed, rows(of: products, size).map { $0.map(Double.init) })
    #expect(largestError(output.values, expectedOutput.flatMap { $0 }) <= 2e-6)
    #expect(output.isIntact && scratch.isIntact && input.isIntact)
  }

  private func rows(of values: [Float], _ size: Int) -> [[Float]] {
    stride(from: 0, to: values.count, by: size).map { Array(values[$0..<$0 + size]) }
  }

  /// Compares every instruction set and tile size with the definition. Splitting the tiles into
  /// runs of different lengths must give the same bits.
  @Test(arguments: WinogradCase.all)
  func matchesDefinition(c: WinogradCase) throws {
    var random = SeededGenerator(seed: 5)
    let input = GuardedBuffer(random.floats(c.images * c.height * c.width * c.inputs))
    let weights = random.floats(9 * c.inputs * c.outputs)
    let bias = random.floats(c.outputs)
    let sums = try sums(c, input.values, weights, bias)
    let expected = sums.map { min(max($0, Double(c.limits.low)), Double(c.limits.high)) }
    let scale = sums.reduce(1) { max($0, abs($1)) }
    for kernels in InstructionSet.available {
      for tileSize in Self.tileSizes {
        let name = "\(kernels.name) F(\(tileSize)×\(tileSize))"
        let whole = convolve(c, input, weights, bias, tileSize, tiles: 12, kernels)
        let error = zip(whole, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1) / scale) }
        #expect(whole.count == expected.count && error <= Self.tolerance(tileSize), "\(name)")
        for tiles in [1, 5, 24] {
          let parts = convolve(c, input, weights, bias, tileSize, tiles: tiles, kernels)
          #expect(parts.map(\.bitPattern) == whole.map(\.bitPattern), "\(name), \(tiles) tiles")
        }
      }
    }
  }

  /// The expected output of the kernels before clamping.
  private func sums(
    _ c: WinogradCase, _ input: [Float], _ weights: [Float], _ bias: [Float]
  ) throws -> [Double] {
    var nodes = [
      Graph.Node(
        name: "convolution",
        operation: .convolution(
          Convolution(
            kernel: WeightTensor(shape: [3, 3, c.inputs, c.outputs], values: weights),
            bias: WeightTensor(shape: [c.outputs], values: bias), padding: .explicit(c.insets))),
        inputs: [0])
    ]
    if c.isPooled {
      nodes.append(
        Graph.Node(
          name: "pooling",
          operation: .pooling(Pooling(.max, window: Extent(2), stride: Extent(2))), inputs: [1]))
    }
    let graph = try Graph(
      inputShape: .image(height: c.height, width: c.width, channels: c.inputs), nodes: nodes)
    let size = c.height * c.width * c.inputs
    return (0..<c.images).flatMap { image in
      NaiveGraph.run(graph, input: Array(input[image * size..<(image + 1) * size])).last!
    }
  }

  private func convolve(
    _ c: WinogradCase, _ input: GuardedBuffer, _ weights: [Float], _ bias: [Float],
    _ tileSize: Int, tiles: Int, _ kernels: KernelTable
  ) -> [Float] {
    let block = kernels.blockChannels
    let padded = (c.outputs + block - 1) / block * block
    let source = GuardedBuffer(weights)
    let packed = GuardedBuffer(
      [Float](repeating: 0, count: (tileSize + 2) * (tileSize + 2) * c.inputs * padded))
    var packing = WinogradPackingArguments(
      input: source.pointer, output: packed.pointer, tileSize: tileSize, inputs: c.inputs,
      outputs: c.outputs)
    kernels.packWinograd(&packing)
    let paddedBias = GuardedBuffer(bias + [Float](repeating: 0, count: padded - c.outputs))
    let output = GuardedBuffer(count: c.images * c.outputHeight * c.outputWidth * c.outputs)
    let vector = kernels.vectorCount
    var arguments = WinogradArguments(
      input: input.pointer, kernel: packed.pointer, bias: paddedBias.pointer,
      output: output.pointer, scratch: output.pointer, tileSize: tileSize, tiles: tiles,
      channelStride: (c.inputs + vector - 1) / vector * vector, inputHeight: c.height,
      inputWidth: c.width, inputChannels: c.inputs, top: c.insets.top, left: c.insets.left,
      outputHeight: c.outputHeight, outputWidth: c.outputWidth, outputChannels: c.outputs,
      isPooled: c.isPooled)
    (arguments.low, arguments.high) = c.limits
    let scratch = GuardedBuffer(count: arguments.scratchCount(blockChannels: block))
    arguments.scratch = scratch.pointer
    let all = c.images * arguments.tileRows * arguments.tileColumns
    for first in stride(from: 0, to: all, by: tiles) {
      kernels.convolveWinograd(&arguments, first, min(tiles, all - first))
    }
    #expect(output.isIntact && scratch.isIntact && packed.isIntact && input.isIntact)
    return output.values
  }
}
