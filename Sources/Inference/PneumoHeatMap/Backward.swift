import Pneumo
import PneumoSystem

/// The gradient by the inputs of one layer, for one image. Images are rows of pixels of channels.
struct Backward {
  let inputs: [TensorShape]
  let output: TensorShape
  /// The last layer answers logits: its activation is left out.
  let isLast: Bool

  /// One gradient an input.
  ///
  /// - Parameters:
  ///   - gradient: by the layer's answer.
  ///   - kernel: of a dense layer.
  ///   - input: the values of an input.
  ///   - answer: the values of the answer.
  func gradients(
    _ operation: Operation, _ gradient: [Float], kernel: [Float]?, input: (Int) -> [Float],
    answer: () -> [Float]
  ) -> [[Float]] {
    switch operation {
    case .dense(let layer):
      var gradient = gradient
      if let activation = layer.activation, !isLast {
        let before =
          activation == .swish ? denseSums(layer, kernel ?? [], input(0)) : []
        gradient = through(activation, gradient, before: before, after: answer())
      }
      return [dense(gradient, kernel ?? [])]
    case .activation(let activation):
      return [
        isLast ? gradient : through(activation, gradient, before: input(0), after: answer())
      ]
    case .pooling(let layer): return [pooling(layer, gradient, input(0))]
    case .globalPooling(let kind): return [globalPooling(kind, gradient, input(0))]
    case .batchNormalization(let layer): return [normalization(layer, gradient)]
    case .add: return inputs.map { _ in gradient }
    case .concatenate: return split(gradient)
    case .flatten(let order): return [unflatten(order, gradient)]
    case .zeroPadding(let insets): return [crop(insets, gradient)]
    case .dropout: return [gradient]
    case .convolution:
      preconditionFailure("no convolution stands after the last one")
    }
  }

  // MARK: Dense layers

  /// `kernel * gradient`, of rows of outputs.
  private func dense(_ gradient: [Float], _ kernel: [Float]) -> [Float] {
    let outputs = gradient.count
    return kernel.withUnsafeBufferPointer { kernel in
      gradient.withUnsafeBufferPointer { gradient in
        stride(from: 0, to: kernel.count, by: outputs).map { row in
          var sums = SIMD16<Float>()
          var column = 0
          while column + 16 <= outputs {
            // SAFETY: sixteen floats from here on lie in both.
            let a = UnsafeRawPointer(kernel.baseAddress! + row + column)
              .loadUnaligned(as: SIMD16<Float>.self)
            let b = UnsafeRawPointer(gradient.baseAddress! + column)
              .loadUnaligned(as: SIMD16<Float>.self)
            sums += a * b
            column += 16
          }
          var sum = sums.sum()
          while column < outputs {
            sum += kernel[row + column] * gradient[column]
            column += 1
          }
          return sum
        }
      }
    }
  }

  /// What a dense layer answers before its activation.
  private func denseSums(_ layer: Dense, _ kernel: [Float], _ input: [Float]) -> [Float] {
    let outputs = output.count
    var sums = layer.bias?.values() ?? [Float](repeating: 0, count: outputs)
    for (row, value) in input.enumerated() where value != 0 {
      for column in 0..<outputs { sums[column] += value * kernel[row * outputs + column] }
    }
    return sums
  }

  // MARK: Element by element

  private func through(
    _ activation: Activation, _ gradient: [Float], before: [Float], after: [Float]
  ) -> [Float] {
    switch activation {
    case .relu: zip(gradient, after).map { $1 > 0 ? $0 : 0 }
    case .relu6: zip(gradient, after).map { $1 > 0 && $1 < 6 ? $0 : 0 }
    case .sigmoid: zip(gradient, after).map { $0 * $1 * (1 - $1) }
    case .tanh: zip(gradient, after).map { $0 * (1 - $1 * $1) }
    case .swish:
      zip(gradient, before).map { gradient, x in
        let sigmoid = 1 / (1 + exp(-x))
        return gradient * sigmoid * (1 + x * (1 - sigmoid))
      }
    case .softmax:
      stride(from: 0, to: gradient.count, by: output.channels).flatMap { start -> [Float] in
        let range = start..<start + output.channels
        let mean = range.reduce(Float(0)) { $0 + gradient[$1] * after[$1] }
        return range.map { after[$0] * (gradient[$0] - mean) }
      }
    }
  }

  private func normalization(_ layer: BatchNormalization, _ gradient: [Float]) -> [Float] {
    let scales = zip(layer.gamma.values(), layer.variance.values()).map {
      $0 / ($1 + layer.epsilon).squareRoot()
    }
    return gradient.indices.map { gradient[$0] * scales[$0 % scales.count] }
  }

  // MARK: Windows

  private var inputImage: (height: Int, width: Int, channels: Int) {
    guard case .image(let height, let width, let channels) = inputs[0] else {
      preconditionFailure("the layer takes images")
    }
    return (height, width, channels)
  }

  private func pooling(_ layer: Pooling, _ gradient: [Float], _ input: [Float]) -> [Float] {
    let (height, width, channels) = inputImage
    guard case .image(let rows, let columns, _) = output else {
      preconditionFailure("pooling answers images")
    }
    let insets = layer.padding.insets(
      of: Extent(height: height, width: width), window: layer.window, stride: layer.stride,
      dilation: Extent(1))
    var result = [Float](repeating: 0, count: input.count)
    for row in 0..<rows {
      for column in 0..<columns {
        let top = row * layer.stride.height - insets.top
        let left = column * layer.stride.width - insets.left
        let y = max(top, 0)..<max(min(top + layer.window.height, height), 0)
        let x = max(left, 0)..<max(min(left + layer.window.width, width), 0)
        let size =
          layer.countsPadding
          ? layer.window.height * layer.window.width : max(y.count * x.count, 1)
        for channel in 0..<channels {
          let part = gradient[(row * columns + column) * channels + channel]
          let places = y.flatMap { y in x.map { x in (y * width + x) * channels + channel } }
          switch layer.kind {
          case .average: for place in places { result[place] += part / Float(size) }
          case .max: if let place = firstMaximum(places, input) { result[place] += part }
          }
        }
      }
    }
    return result
  }

  private func globalPooling(
    _ kind: PoolingKind, _ gradient: [Float], _ input: [Float]
  ) -> [Float] {
    let (height, width, channels) = inputImage
    var result = [Float](repeating: 0, count: input.count)
    for channel in 0..<channels {
      let places = (0..<height * width).map { $0 * channels + channel }
      switch kind {
      case .average:
        for place in places { result[place] = gradient[channel] / Float(height * width) }
      case .max: if let place = firstMaximum(places, input) { result[place] = gradient[channel] }
      }
    }
    return result
  }

  /// The first of equals, as in TensorFlow and PyTorch.
  private func firstMaximum(_ places: [Int], _ values: [Float]) -> Int? {
    guard var best = places.first else { return nil }
    for place in places where values[place] > values[best] { best = place }
    return best
  }

  // MARK: Places

  private func split(_ gradient: [Float]) -> [[Float]] {
    let total = output.channels
    var start = 0
    return inputs.map { shape in
      let range = start..<start + shape.channels
      start += shape.channels
      return stride(from: 0, to: gradient.count, by: total).flatMap { place in
        range.map { gradient[place + $0] }
      }
    }
  }

  private func unflatten(_ order: FlattenOrder, _ gradient: [Float]) -> [Float] {
    guard order == .channelsHeightWidth, case .image = inputs[0] else { return gradient }
    let (height, width, channels) = inputImage
    return (0..<height * width).flatMap { place in
      (0..<channels).map { gradient[$0 * height * width + place] }
    }
  }

  private func crop(_ insets: Insets, _ gradient: [Float]) -> [Float] {
    let (height, width, channels) = inputImage
    let columns = width + insets.left + insets.right
    return (0..<height).flatMap { row -> ArraySlice<Float> in
      let start = ((row + insets.top) * columns + insets.left) * channels
      return gradient[start..<start + width * channels]
    }
  }
}
