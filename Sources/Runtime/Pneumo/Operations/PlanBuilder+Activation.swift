import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func visit(_ activation: Activation) -> Plan.Buffer {
    if isLast { return input }
    let output = makeBuffer(outputShape.count)
    append(activation, input, to: output, channels: outputShape.channels)
    return output
  }

  /// Appends an activation that no kernel has fused, unless it is the classifier's last.
  mutating func appendRemaining(
    _ activation: Activation?, on buffer: Plan.Buffer, channels: Int
  ) {
    guard let activation, activation.clampLimits == nil, !isLast else { return }
    append(activation, buffer, to: buffer, channels: channels)
  }

  /// `output` may be `input`.
  private mutating func append(
    _ activation: Activation, _ input: Plan.Buffer, to output: Plan.Buffer, channels: Int
  ) {
    let count = input.count
    let kernels = kernels
    appendStep(
      "activation" + activation.kernelName, input, to: output, split: .image(tiles: 1)
    ) { tile in
      switch activation {
      case .relu: kernels.clamp(tile.input, 0, .infinity, tile.output, count)
      case .relu6: kernels.clamp(tile.input, 0, 6, tile.output, count)
      case .sigmoid: kernels.sigmoid(tile.input, tile.output, count)
      case .tanh: kernels.tanh(tile.input, tile.output, count)
      case .swish: kernels.swish(tile.input, tile.output, count)
      case .hardSwish: kernels.hardSwish(tile.input, tile.output, count)
      case .softmax: kernels.softmax(tile.input, tile.output, count / channels, channels)
      }
    }
  }
}

extension Activation {
  /// The name that kernel names end with.
  var kernelName: String {
    switch self {
    case .relu: "ReLU"
    case .relu6: "ReLU6"
    case .sigmoid: "Sigmoid"
    case .softmax: "Softmax"
    case .tanh: "Tanh"
    case .swish: "Swish"
    case .hardSwish: "HardSwish"
    }
  }
}
