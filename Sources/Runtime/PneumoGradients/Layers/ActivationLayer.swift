import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  /// The loss takes the place of a classifier's last activation.
  package mutating func visit(_ activation: Activation) -> Value {
    if isLast, activation == .sigmoid || activation == .softmax { return input }
    return append(activation, after: input)
  }

  /// Appends a layer of its own for an activation.
  private mutating func append(_ activation: Activation, after input: Value) -> Value {
    let output = makeValue(outputShape)
    append(
      ActivationLayer(
        name: name, activation: activation, input: input, output: output, kernels: kernels),
      reading: [input], writing: output)
    return output
  }

  /// Makes a layer with those activations that it fuses, and a layer of its own for another one.
  mutating func splitting(
    _ activation: Activation?,
    make: (inout NetworkBuilder, Activation?, Value) -> Void
  ) -> Value {
    let output = makeValue(outputShape)
    guard let activation, activation.clampLimits == nil else {
      make(&self, activation, output)
      return output
    }
    make(&self, nil, output)
    return append(activation, after: output)
  }
}

/// A function of each element, or of each pixel.
struct ActivationLayer: GradientLayer {
  let name: String
  let activation: Activation
  let input: Value
  let output: Value
  let kernels: KernelTable

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        let first = slot.images.lowerBound
        kernels.apply(
          activation, input.data(first), output.data(first), slot.images.count * input.count,
          channels: input.channels)
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        let first = slot.images.lowerBound
        let count = slot.images.count * input.count
        guard let gradient = output.gradient(first), let target = input.gradient(first) else {
          return
        }
        kernels.backpropagate(
          activation, input: input.data(first), output: output.data(first), gradient, count,
          channels: input.channels)
        kernels.training.addScaled(gradient, 1, target, count)
      }
    ]
  }
}

extension KernelTable {
  /// An activation of pixels of `channels` elements.
  func apply(
    _ activation: Activation, _ input: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ count: Int, channels: Int
  ) {
    switch activation {
    case .relu: clamp(input, 0, .infinity, output, count)
    case .relu6: clamp(input, 0, 6, output, count)
    case .sigmoid: sigmoid(input, output, count)
    case .tanh: tanh(input, output, count)
    case .swish: swish(input, output, count)
    case .hardSwish: hardSwish(input, output, count)
    case .softmax: softmax(input, output, count / channels, channels)
    }
  }

  /// The gradient of an activation of pixels of `channels` elements, in place.
  func backpropagate(
    _ activation: Activation, input: UnsafePointer<Float>, output: UnsafePointer<Float>,
    _ gradient: UnsafeMutablePointer<Float>, _ count: Int, channels: Int
  ) {
    switch activation {
    case .relu: training.maskGradient(output, 0, .infinity, gradient, count)
    case .relu6: training.maskGradient(output, 0, 6, gradient, count)
    case .sigmoid: training.sigmoidGradient(output, gradient, count)
    case .tanh: training.tanhGradient(output, gradient, count)
    case .swish: training.swishGradient(input, gradient, count)
    case .hardSwish: training.hardSwishGradient(input, gradient, count)
    case .softmax:
      // dx = y · (g - Σ y · g): attention over few channels, so a plain loop will do.
      for start in stride(from: 0, to: count, by: channels) {
        let pixel = start..<start + channels
        let mean = pixel.reduce(Float(0)) { $0 + output[$1] * gradient[$1] }
        for i in pixel { gradient[i] = output[i] * (gradient[i] - mean) }
      }
    }
  }
}
