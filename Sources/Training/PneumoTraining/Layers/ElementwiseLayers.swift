import PneumoKernelABI
import PneumoModel

/// A function of each element.
struct ActivationLayer: TrainingLayer {
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
          activation, input.data(first), output.data(first), slot.images.count * input.count)
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
          activation, input: input.data(first), output: output.data(first), gradient, count)
        kernels.training.addScaled(gradient, 1, target, count)
      }
    ]
  }
}

extension KernelTable {
  /// An activation of single elements.
  func apply(
    _ activation: Activation, _ input: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    switch activation {
    case .relu: clamp(input, 0, .infinity, output, count)
    case .relu6: clamp(input, 0, 6, output, count)
    case .sigmoid: sigmoid(input, output, count)
    case .tanh: tanh(input, output, count)
    case .swish: swish(input, output, count)
    case .softmax: preconditionFailure("the network refuses it")
    }
  }

  /// The gradient of an activation of single elements, in place.
  func backpropagate(
    _ activation: Activation, input: UnsafePointer<Float>, output: UnsafePointer<Float>,
    _ gradient: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    switch activation {
    case .relu: training.maskGradient(output, 0, .infinity, gradient, count)
    case .relu6: training.maskGradient(output, 0, 6, gradient, count)
    case .sigmoid: training.sigmoidGradient(output, gradient, count)
    case .tanh: training.tanhGradient(output, gradient, count)
    case .swish: training.swishGradient(input, gradient, count)
    case .softmax: preconditionFailure("the network refuses it")
    }
  }
}

/// The sum of several values.
struct AddLayer: TrainingLayer {
  let name: String
  let inputs: [Value]
  let output: Value
  let kernels: KernelTable

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        let first = slot.images.lowerBound
        let count = slot.images.count * output.count
        let target = output.data(first)
        target.update(from: inputs[0].data(first), count: count)
        for input in inputs.dropFirst() { kernels.add(target, input.data(first), target, count) }
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        let first = slot.images.lowerBound
        guard let gradient = output.gradient(first) else { return }
        for input in inputs {
          guard let target = input.gradient(first) else { continue }
          kernels.training.addScaled(gradient, 1, target, slot.images.count * output.count)
        }
      }
    ]
  }
}

/// Several values joined along channels.
struct ConcatenateLayer: TrainingLayer {
  let name: String
  let inputs: [Value]
  let output: Value
  let kernels: KernelTable

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        forEachPart(slot) { input, offset, pixel in
          (output.data.pointer + pixel * output.channels + offset).update(
            from: input.data.pointer + pixel * input.channels, count: input.channels)
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        forEachPart(slot) { input, offset, pixel in
          guard let gradient = output.gradient, let target = input.gradient else { return }
          kernels.training.addScaled(
            gradient.pointer + pixel * output.channels + offset, 1,
            target.pointer + pixel * input.channels, input.channels)
        }
      }
    ]
  }

  /// Passes each input, where its channels start in the output, and each pixel to `body`.
  private func forEachPart(_ slot: Slot, _ body: (Value, _ offset: Int, _ pixel: Int) -> Void) {
    var offset = 0
    for input in inputs {
      for pixel in slot.images.lowerBound * output.pixels..<slot.images.upperBound * output.pixels {
        body(input, offset, pixel)
      }
      offset += input.channels
    }
  }
}

/// A border of zeros.
struct ZeroPaddingLayer: TrainingLayer {
  let name: String
  let insets: Insets
  let input: Value
  let output: Value
  let kernels: KernelTable

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        for image in slot.images {
          input.copyPadded(image, insets, to: output.data(image))
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        for image in slot.images {
          guard let gradient = output.gradient(image) else { continue }
          input.addUnpadded(gradient, insets, image, kernels)
        }
      }
    ]
  }
}

extension Value {
  /// Elements of an image with a border of zeros.
  func paddedCount(_ insets: Insets) -> Int {
    (extent.height + insets.top + insets.bottom) * paddedRowCount(insets)
  }

  /// Elements of a row with a border of zeros.
  func paddedRowCount(_ insets: Insets) -> Int {
    (extent.width + insets.left + insets.right) * channels
  }

  /// Copies an image into one with a border of zeros.
  func copyPadded(_ image: Int, _ insets: Insets, to output: UnsafeMutablePointer<Float>) {
    output.clear(paddedCount(insets))
    let row = extent.width * channels
    for y in 0..<extent.height {
      (output + (y + insets.top) * paddedRowCount(insets) + insets.left * channels)
        .update(from: data(image) + y * row, count: row)
    }
  }

  /// Adds the gradient of an image with a border to that of the image.
  func addUnpadded(
    _ padded: UnsafePointer<Float>, _ insets: Insets, _ image: Int, _ kernels: KernelTable
  ) {
    guard let gradient = gradient(image) else { return }
    let row = extent.width * channels
    for y in 0..<extent.height {
      kernels.training.addScaled(
        padded + (y + insets.top) * paddedRowCount(insets) + insets.left * channels, 1,
        gradient + y * row, row)
    }
  }
}
