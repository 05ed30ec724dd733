extension Operation {
  /// The shape of what the layer answers to inputs of the given shapes.
  ///
  /// Checks all parameters and the shapes of all weights.
  public func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    switch self {
    case .add, .concatenate:
      guard (2...Limits.inputs).contains(inputs.count) else {
        throw ModelError(
          .wrongInputCount, "\(name) takes 2 to \(Limits.inputs) inputs, found \(inputs.count)")
      }
    default:
      guard inputs.count == 1 else {
        throw ModelError(.wrongInputCount, "\(name) takes one input, found \(inputs.count)")
      }
    }
    switch self {
    case .convolution(let layer): return try layer.outputShape(of: inputs[0])
    case .dense(let layer): return try layer.outputShape(of: inputs[0])
    case .pooling(let layer): return try layer.outputShape(of: inputs[0])
    case .globalPooling:
      let (_, channels) = try inputs[0].image(for: self)
      return .vector(channels)
    case .batchNormalization(let layer): return try layer.outputShape(of: inputs[0])
    case .activation: return inputs[0]
    case .add:
      guard inputs.allSatisfy({ $0 == inputs[0] }) else {
        throw ModelError(
          .shapeMismatch, "inputs of one shape are needed, found \(list(inputs))")
      }
      return inputs[0]
    case .concatenate: return try concatenatedShape(of: inputs)
    case .flatten: return .vector(inputs[0].count)
    case .zeroPadding(let insets):
      let (size, channels) = try inputs[0].image(for: self)
      try insets.check()
      return .image(
        height: size.height + insets.top + insets.bottom,
        width: size.width + insets.left + insets.right, channels: channels)
    case .dropout(let rate):
      guard rate >= 0, rate < 1 else {
        throw ModelError(.invalidParameter, "the dropout rate is \(rate), expected 0..<1")
      }
      return inputs[0]
    }
  }

  private func concatenatedShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    // Each extent is at most `Limits.axis`, so the sum of 64 does not overflow.
    let channels = inputs.reduce(0) { $0 + $1.channels }
    let leading = inputs.map { $0.dimensions.dropLast() }
    guard leading.allSatisfy({ $0 == leading[0] }) else {
      throw ModelError(
        .shapeMismatch, "inputs may differ in channels only, found \(list(inputs))")
    }
    switch inputs[0] {
    case .image(let height, let width, _):
      return .image(height: height, width: width, channels: channels)
    case .vector: return .vector(channels)
    }
  }

  private func list(_ shapes: [TensorShape]) -> String {
    shapes.map(\.description).joined(separator: ", ")
  }
}

extension TensorShape {
  /// Size and channels of an image; a vector is an error of the layer `operation`.
  fileprivate func image(
    for operation: Operation
  ) throws(ModelError) -> (size: Extent, channels: Int) {
    guard case .image(let height, let width, let channels) = self else {
      throw ModelError(
        .shapeMismatch, "\(operation.name) needs an image, found a vector of \(count)")
    }
    return (Extent(height: height, width: width), channels)
  }
}

extension Convolution {
  fileprivate func outputShape(of input: TensorShape) throws(ModelError) -> TensorShape {
    let (size, channels) = try input.image(for: .convolution(self))
    guard kernel.shape.count == 4, kernel.shape.allSatisfy({ $0 > 0 }) else {
      throw ModelError(
        .shapeMismatch, "a kernel of four axes is needed, found \(kernel.shape)")
    }
    let (inputs, outputs) = (kernel.shape[2], kernel.shape[3])
    guard groups >= 1, channels % groups == 0, outputs % groups == 0 else {
      throw ModelError(
        .invalidParameter,
        "\(groups) groups, expected a divisor of \(channels) input and \(outputs) output channels")
    }
    guard inputs == channels / groups else {
      throw ModelError(
        .shapeMismatch,
        "the kernel takes \(inputs) channels in each of \(groups) groups, the input has \(channels)"
      )
    }
    try checkBias(bias, count: outputs)
    let output = try padding.outputSize(
      of: size, channels: channels,
      window: Extent(height: kernel.shape[0], width: kernel.shape[1]),
      stride: stride, dilation: dilation)
    return .image(height: output.height, width: output.width, channels: outputs)
  }
}

extension Dense {
  fileprivate func outputShape(of input: TensorShape) throws(ModelError) -> TensorShape {
    guard case .vector(let count) = input else {
      throw ModelError(.shapeMismatch, "Dense needs a vector, found an image of \(input)")
    }
    guard kernel.shape.count == 2, kernel.shape[0] == count, kernel.shape[1] > 0 else {
      throw ModelError(
        .shapeMismatch,
        "a kernel of shape (\(count), outputs) is needed, found \(kernel.shape)")
    }
    try checkBias(bias, count: kernel.shape[1])
    return .vector(kernel.shape[1])
  }
}

private func checkBias(_ bias: WeightTensor?, count: Int) throws(ModelError) {
  guard let bias, bias.shape != [count] else { return }
  throw ModelError(.shapeMismatch, "a bias of shape [\(count)] is needed, found \(bias.shape)")
}

extension Pooling {
  fileprivate func outputShape(of input: TensorShape) throws(ModelError) -> TensorShape {
    let (size, channels) = try input.image(for: .pooling(self))
    let output = try padding.outputSize(
      of: size, channels: channels, window: window, stride: stride, dilation: Extent(1))
    let insets = padding.insets(of: size, window: window, stride: stride, dilation: Extent(1))
    // Otherwise a window could lie in the padding alone, and its maximum would be undefined.
    guard max(insets.top, insets.bottom) < window.height,
      max(insets.left, insets.right) < window.width
    else {
      throw ModelError(
        .invalidParameter, "padding must be smaller than the pooling window of \(window)")
    }
    return .image(height: output.height, width: output.width, channels: channels)
  }
}

extension BatchNormalization {
  fileprivate func outputShape(of input: TensorShape) throws(ModelError) -> TensorShape {
    for tensor in [gamma, beta, mean, variance] where tensor.shape != [input.channels] {
      throw ModelError(
        .shapeMismatch,
        "statistics of shape [\(input.channels)] are needed, found \(tensor.shape)")
    }
    guard epsilon.isFinite, epsilon >= 0 else {
      throw ModelError(.invalidParameter, "epsilon is \(epsilon), expected a number >= 0")
    }
    return input
  }
}

extension Insets {
  fileprivate func check() throws(ModelError) {
    for inset in [top, bottom, left, right] where !(0...Limits.window).contains(inset) {
      throw ModelError(
        .invalidParameter, "a padding of \(inset), expected 0 to \(Limits.window)")
    }
  }
}

extension Padding {
  /// Rows and columns of zeros around an image of `size`.
  public func insets(of size: Extent, window: Extent, stride: Extent, dilation: Extent) -> Insets {
    switch self {
    case .valid: return .zero
    case .explicit(let insets): return insets
    case .same:
      let vertical = samePadding(size.height, window.height, stride.height, dilation.height)
      let horizontal = samePadding(size.width, window.width, stride.width, dilation.width)
      return Insets(
        top: vertical / 2, bottom: vertical - vertical / 2,
        left: horizontal / 2, right: horizontal - horizontal / 2)
    }
  }

  private func samePadding(_ size: Int, _ window: Int, _ stride: Int, _ dilation: Int) -> Int {
    let outputs = (size + stride - 1) / stride
    return max((outputs - 1) * stride + (window - 1) * dilation + 1 - size, 0)
  }

  /// How many windows fit an image of `size`, after all parameters are checked.
  fileprivate func outputSize(
    of size: Extent, channels: Int, window: Extent, stride: Extent, dilation: Extent
  ) throws(ModelError) -> Extent {
    for (name, extent) in [("window", window), ("stride", stride), ("dilation", dilation)] {
      for side in [extent.height, extent.width] where !(1...Limits.window).contains(side) {
        throw ModelError(
          .invalidParameter, "a \(name) of \(extent), expected 1 to \(Limits.window)")
      }
    }
    if case .explicit(let insets) = self { try insets.check() }
    let insets = insets(of: size, window: window, stride: stride, dilation: dilation)
    let paddedHeight = size.height + insets.top + insets.bottom
    let paddedWidth = size.width + insets.left + insets.right
    let padded = [paddedHeight, paddedWidth, channels]
    guard Limits.count(of: padded) != nil else {
      throw ModelError(.limitExceeded, Limits.reason(against: padded, of: "its padded input"))
    }
    let height = paddedHeight - (window.height - 1) * dilation.height
    let width = paddedWidth - (window.width - 1) * dilation.width
    guard height >= 1, width >= 1 else {
      throw ModelError(
        .shapeMismatch,
        "a window of \(window) with dilation \(dilation) does not fit an image of \(size)")
    }
    return Extent(
      height: (height - 1) / stride.height + 1, width: (width - 1) / stride.width + 1)
  }
}
