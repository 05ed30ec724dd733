import PneumoCompute
import PneumoKernelABI
import PneumoModel
import PneumoSupport

extension NetworkBuilder {
  package mutating func visit(_ layer: Dropout) -> Value {
    append { builder, output in
      DropoutLayer(
        name: builder.name, rate: layer.rate, number: builder.layers.count, input: builder.input,
        output: output, kernels: builder.kernels, batch: builder.batch)
    }
  }
}

/// In training each element is dropped with probability `rate`, and the others are divided by
/// `1 - rate` (Srivastava et al. 2014, inverted).
package final class DropoutLayer: GradientLayer, @unchecked Sendable {
  // SAFETY: masks of an image are written by the slot of the image, given ones between batches.
  package let name: String
  private let input: Value
  private let output: Value
  private let rate: Float
  private let kernels: KernelTable
  private let batch: Batch
  /// Distinguishes the layers of a network.
  private let number: UInt64
  /// What each element is multiplied by.
  private let masks: FloatBuffer
  /// What masks are instead of what would be drawn.
  package var givenMasks: [Float]?

  init(
    name: String, rate: Float, number: Int, input: Value, output: Value, kernels: KernelTable,
    batch: Batch
  ) {
    self.name = name
    self.rate = rate
    self.number = UInt64(number)
    self.input = input
    self.output = output
    self.kernels = kernels
    self.batch = batch
    masks = FloatBuffer(count: batch.capacity * input.count)
  }

  /// Elements of an image.
  package var elementCount: Int { input.count }

  private func mask(_ image: Int) -> UnsafeMutablePointer<Float> {
    masks.pointer + image * input.count
  }

  package var forwardPhases: [Phase] {
    [
      .slots { [self] slot in
        for image in slot.images {
          let (source, target) = (input.data(image), output.data(image))
          guard batch.isTraining else {
            target.update(from: source, count: input.count)
            continue
          }
          let mask = mask(image)
          draw(image, mask)
          for i in 0..<input.count { target[i] = source[i] * mask[i] }
        }
      }
    ]
  }

  private func draw(_ image: Int, _ mask: UnsafeMutablePointer<Float>) {
    if let givenMasks {
      for i in 0..<input.count { mask[i] = givenMasks[image * input.count + i] }
      return
    }
    var random = SplitMix64(key: [batch.dropoutKey, number, UInt64(image)])
    let kept = 1 / (1 - rate)
    // 32 bits an element: dropped where they are below the rate.
    let limit = UInt32(min(Double(rate) * 4_294_967_296, 4_294_967_295))
    var i = 0
    while i < input.count {
      let bits = random.next()
      mask[i] = UInt32(truncatingIfNeeded: bits) < limit ? 0 : kept
      if i + 1 < input.count {
        mask[i + 1] = UInt32(truncatingIfNeeded: bits >> 32) < limit ? 0 : kept
      }
      i += 2
    }
  }

  package var backwardPhases: [Phase] {
    [
      .slots { [self] slot in
        for image in slot.images {
          guard let gradient = output.gradient(image), let target = input.gradient(image) else {
            continue
          }
          guard batch.isTraining else {
            kernels.training.addScaled(gradient, 1, target, input.count)
            continue
          }
          let mask = mask(image)
          for i in 0..<input.count { target[i] += gradient[i] * mask[i] }
        }
      }
    ]
  }
}
