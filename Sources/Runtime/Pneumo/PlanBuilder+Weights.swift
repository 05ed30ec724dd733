import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  /// Elements of all kernels once they are packed. Many small groups take many times what they
  /// take in the file.
  static func packedCount(_ graph: Graph, kernels: KernelTable, keepsActivations: Bool) -> Int {
    var builder = PlanBuilder(graph: graph, kernels: kernels, keepsActivations: keepsActivations)
    return graph.nodes.enumerated().reduce(0) { sum, item in
      builder.node = item.offset
      return sum + builder.packedCount(item.element.operation)
    }
  }

  /// Layers without a kernel keep their weights as they are.
  private func packedCount(_ operation: Operation) -> Int {
    if case .convolution(let layer) = operation { return packedCount(layer) }
    if case .dense(let layer) = operation { return packedCount(layer) }
    return operation.parameterCount
  }

  /// Passes the scalars of `tensor` as `Float`, widened where they are stored as half precision.
  func withFloats(_ tensor: WeightTensor, _ body: (UnsafePointer<Float>) -> Void) {
    tensor.withUnsafeBytes { raw in
      // SAFETY: the tensor has `count` scalars of its type, aligned to them.
      switch tensor.scalarType {
      case .float32:
        guard let source = raw.bindMemory(to: Float.self).baseAddress else { return }
        body(source)
      case .float16:
        guard let source = raw.bindMemory(to: UInt16.self).baseAddress else { return }
        let buffer = FloatBuffer(count: tensor.count)
        kernels.widenHalf(source, buffer.pointer, tensor.count)
        body(buffer.pointer)
      }
    }
  }

  /// The scalars of `tensor` as they stand there.
  func floats(_ tensor: WeightTensor) -> FloatBuffer {
    let buffer = FloatBuffer(count: tensor.count)
    withFloats(tensor) { buffer.pointer.update(from: $0, count: tensor.count) }
    return buffer
  }

  /// A kernel of `rows` × `columns` packed in blocks, one group after the other.
  func packed(_ kernel: WeightTensor, rows: Int, columns: Int, groups: Int = 1) -> FloatBuffer {
    let perGroup = columns / groups
    let packed = FloatBuffer(count: rows * kernels.padded(perGroup) * groups)
    withFloats(kernel) { source in
      for group in 0..<groups {
        var arguments = PackingArguments(
          input: source + group * perGroup,
          output: packed.pointer + group * rows * kernels.padded(perGroup),
          rows: rows, columns: perGroup, rowStride: columns)
        kernels.packBlocks(&arguments)
      }
    }
    return packed
  }

  /// A kernel of shape (inputs, outputs) packed in blocks, of halves or of `Float`s.
  func packed(dense kernel: WeightTensor, isHalf: Bool) -> FloatBuffer {
    let (rows, columns) = (kernel.shape[0], kernel.shape[1])
    let count = rows * kernels.padded(columns)
    let packed = FloatBuffer(count: isHalf ? (count + 1) / 2 : count)
    func pack(_ source: UnsafeRawPointer) {
      var arguments = PackingArguments(
        input: source, output: packed.pointer, rows: rows, columns: columns, rowStride: columns)
      arguments.isHalf = isHalf
      kernels.packBlocks(&arguments)
    }
    if isHalf {
      // SAFETY: the tensor has `rows` × `columns` halves.
      kernel.withUnsafeBytes { if let start = $0.baseAddress { pack(start) } }
    } else {
      withFloats(kernel) { pack($0) }
    }
    return packed
  }

  /// A kernel of shape (3, 3, inputs, outputs) transformed for tiles of `tileSize`.
  func packedWinograd(_ kernel: WeightTensor, tileSize: Int) -> FloatBuffer {
    let (inputs, outputs) = (kernel.shape[2], kernel.shape[3])
    let packed = FloatBuffer(
      count: (tileSize + 2) * (tileSize + 2) * inputs * kernels.padded(outputs))
    withFloats(kernel) { source in
      var arguments = WinogradPackingArguments(
        input: source, output: packed.pointer, tileSize: tileSize, inputs: inputs,
        outputs: outputs)
      kernels.packWinograd(&arguments)
    }
    return packed
  }

  /// A kernel of shape (3, 3, inputs, outputs) transformed along rows, for tiles of four.
  func packedWinogradRows(_ kernel: WeightTensor) -> FloatBuffer {
    let (inputs, outputs) = (kernel.shape[2], kernel.shape[3])
    let packed = FloatBuffer(count: 18 * inputs * kernels.padded(outputs))
    withFloats(kernel) { source in
      var arguments = WinogradPackingArguments(
        input: source, output: packed.pointer, tileSize: 4, inputs: inputs, outputs: outputs)
      kernels.packWinogradRows(&arguments)
    }
    return packed
  }

  /// A bias per column, zero where there is none, each group padded to whole blocks.
  func packed(_ bias: WeightTensor?, columns: Int, groups: Int = 1) -> FloatBuffer {
    let perGroup = columns / groups
    let packed = FloatBuffer(count: kernels.padded(perGroup) * groups)
    guard let bias else { return packed }
    withFloats(bias) { source in
      for group in 0..<groups {
        (packed.pointer + group * kernels.padded(perGroup)).update(
          from: source + group * perGroup, count: perGroup)
      }
    }
    return packed
  }
}
