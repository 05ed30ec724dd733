import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  /// Elements of all kernels once they are packed. Many small groups take many times what they
  /// take in the file.
  static func packedCount(_ graph: Graph, kernels: KernelTable) -> Int {
    let block = kernels.blockChannels
    return graph.nodes.reduce(0) { sum, node in
      switch node.operation {
      case .convolution(let layer):
        let shape = layer.kernel.shape
        let perGroup = (shape[3] / layer.groups + block - 1) / block * block
        return sum + shape[0] * shape[1] * shape[2] * perGroup * layer.groups
      case .dense(let layer):
        return sum + layer.kernel.shape[0] * ((layer.kernel.shape[1] + block - 1) / block * block)
      default: return sum
      }
    }
  }

  /// The scalars of `tensor` as `Float`, followed by zeros up to `count`.
  func floats(_ tensor: WeightTensor, padded count: Int? = nil) -> FloatBuffer {
    let buffer = FloatBuffer(count: max(count ?? tensor.count, tensor.count))
    tensor.withUnsafeBytes { raw in
      // SAFETY: the tensor has `count` scalars of its type, aligned to them.
      switch tensor.scalarType {
      case .float32:
        guard let source = raw.bindMemory(to: Float.self).baseAddress else { return }
        buffer.pointer.update(from: source, count: tensor.count)
      case .float16:
        guard let source = raw.bindMemory(to: UInt16.self).baseAddress else { return }
        kernels.widenHalf(source, buffer.pointer, tensor.count)
      }
    }
    return buffer
  }

  /// A kernel of `rows` × `columns` packed in blocks, one group after the other.
  func packed(_ kernel: WeightTensor, rows: Int, columns: Int, groups: Int = 1) -> FloatBuffer {
    let source = floats(kernel)
    let perGroup = columns / groups
    let packed = FloatBuffer(count: rows * padded(perGroup) * groups)
    for group in 0..<groups {
      var arguments = PackingArguments(
        input: source.pointer + group * perGroup,
        output: packed.pointer + group * rows * padded(perGroup),
        rows: rows, columns: perGroup, rowStride: columns)
      kernels.packBlocks(&arguments)
    }
    return packed
  }

  /// A bias per column, zero where there is none, each group padded to whole blocks.
  func packed(_ bias: WeightTensor?, columns: Int, groups: Int = 1) -> FloatBuffer {
    let perGroup = columns / groups
    let packed = FloatBuffer(count: padded(perGroup) * groups)
    guard let bias else { return packed }
    let source = floats(bias)
    for group in 0..<groups {
      (packed.pointer + group * padded(perGroup)).update(
        from: source.pointer + group * perGroup, count: perGroup)
    }
    return packed
  }

  /// `columns` rounded up to whole blocks.
  func padded(_ columns: Int) -> Int {
    (columns + kernels.blockChannels - 1) / kernels.blockChannels * kernels.blockChannels
  }
}

extension Activation {
  /// The limits that this activation clamps to, `nil` where it is none that clamps.
  var clampLimits: (low: Float, high: Float)? {
    switch self {
    case .relu: (0, .infinity)
    case .relu6: (0, 6)
    case .sigmoid, .softmax, .tanh, .swish: nil
    }
  }

  /// The name that kernel names end with.
  var kernelName: String {
    switch self {
    case .relu: "ReLU"
    case .relu6: "ReLU6"
    case .sigmoid: "Sigmoid"
    case .softmax: "Softmax"
    case .tanh: "Tanh"
    case .swish: "Swish"
    }
  }
}
