import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  package mutating func visit(_ layer: BatchNormalization<WeightTensor>) -> Value {
    append { builder, output in
      BatchNormalizationLayer(
        name: builder.name, layer: layer, options: builder.options, input: builder.input,
        output: output, kernels: builder.kernels, batch: builder.batch)
    }
  }
}

/// Normalization per channel by the statistics of the batch, and at inference by their moving averages
/// (Ioffe & Szegedy 2015). As in Keras the moving variance is that of the population.
final class BatchNormalizationLayer: GradientLayer {
  let name: String
  private let input: Value
  private let output: Value
  private let epsilon: Float
  private let momentum: Float
  private let gamma, beta, movingMean, movingVariance: Parameter
  private let kernels: KernelTable
  private let batch: Batch
  private let sums: SlotSums
  private let products: SlotSums
  private let mean: FloatBuffer
  private let inverseDeviation: FloatBuffer
  /// Scales, then shifts.
  private let transform: FloatBuffer
  /// Scales, slopes, shifts of the gradient.
  private let factors: FloatBuffer

  init(
    name: String, layer: BatchNormalization<WeightTensor>, options: NetworkBuilder.Options,
    input: Value, output: Value, kernels: KernelTable, batch: Batch
  ) {
    self.name = name
    self.input = input
    self.output = output
    self.kernels = kernels
    self.batch = batch
    momentum = options.momenta[name] ?? 0.99
    epsilon = layer.epsilon
    gamma = Parameter("\(name)/gamma", layer.gamma, isTrained: options.trainsWeights)
    beta = Parameter("\(name)/beta", layer.beta, isTrained: options.trainsWeights)
    movingMean = Parameter("\(name)/moving_mean", layer.mean, isTrained: false)
    movingVariance = Parameter("\(name)/moving_variance", layer.variance, isTrained: false)
    let channels = input.channels
    sums = SlotSums(slots: batch.slotCapacity, count: channels)
    products = SlotSums(slots: batch.slotCapacity, count: channels)
    mean = FloatBuffer(count: channels)
    inverseDeviation = FloatBuffer(count: channels)
    transform = FloatBuffer(count: 2 * channels)
    factors = FloatBuffer(count: 3 * channels)
  }

  var parameters: [Parameter] { [gamma, beta, movingMean, movingVariance] }
  private var channels: Int { input.channels }
  /// Elements of a channel in the batch.
  private var population: Float { Float(batch.count * input.pixels) }

  var forwardPhases: [Phase] {
    [
      .slots { [self] slot in
        guard batch.isTraining else { return }
        sums[slot.index].clear(channels)
        for image in slot.images {
          kernels.training.addColumnSums(
            input.data(image), input.pixels, channels, sums[slot.index])
        }
      },
      .parts(1) { [self] _ in
        guard batch.isTraining else { return }
        let total = sums.reduce(0..<channels, slots: batch.slotCount, kernels)
        for c in 0..<channels { mean.pointer[c] = total[c] / population }
      },
      .slots { [self] slot in
        guard batch.isTraining else { return }
        sums[slot.index].clear(channels)
        for image in slot.images {
          kernels.training.addSquaredDeviations(
            input.data(image), mean.pointer, input.pixels, channels, sums[slot.index])
        }
      },
      .parts(1) { [self] _ in computeTransform() },
      .slots { [self] slot in
        let first = slot.images.lowerBound
        var arguments = ScaleArguments(
          input: input.data(first), scale: transform.pointer,
          shift: transform.pointer + channels, output: output.data(first), channels: channels)
        kernels.scaleAndShift(&arguments, slot.images.count * input.pixels)
      },
    ]
  }

  private func computeTransform() {
    let total = sums.reduce(0..<channels, slots: batch.slotCount, kernels)
    for c in 0..<channels {
      var (center, variance) = (movingMean.values.pointer[c], movingVariance.values.pointer[c])
      if batch.isTraining {
        movingMean.values.pointer[c] = center * momentum + mean.pointer[c] * (1 - momentum)
        let ofBatch = total[c] / population
        movingVariance.values.pointer[c] = variance * momentum + ofBatch * (1 - momentum)
        (center, variance) = (mean.pointer[c], ofBatch)
      }
      let inverse = 1 / (variance + epsilon).squareRoot()
      inverseDeviation.pointer[c] = inverse
      let scale = gamma.values.pointer[c] * inverse
      transform.pointer[c] = scale
      transform.pointer[channels + c] = beta.values.pointer[c] - center * scale
    }
  }

  var backwardPhases: [Phase] {
    [
      .slots { [self] slot in
        guard batch.isTraining else { return }
        sums[slot.index].clear(channels)
        products[slot.index].clear(channels)
        for image in slot.images {
          guard let gradient = output.gradient(image) else { continue }
          kernels.training.addColumnSums(gradient, input.pixels, channels, sums[slot.index])
          kernels.training.addDeviationProducts(
            input.data(image), mean.pointer, gradient, input.pixels, channels,
            products[slot.index])
        }
      },
      .parts(1) { [self] _ in computeFactors() },
      .slots { [self] slot in
        let first = slot.images.lowerBound
        guard let gradient = output.gradient(first), let target = input.gradient(first) else {
          return
        }
        kernels.training.addAffine(
          gradient, input.data(first), factors.pointer, slot.images.count * input.pixels, channels,
          target)
      },
    ]
  }

  // With x̂ = (x - mean) / deviation: dx = gamma / deviation · (g - mean(g) - x̂ · mean(g · x̂)). The
  // moving statistics of inference do not depend on x: dx = gamma / deviation · g.
  private func computeFactors() {
    guard batch.isTraining else {
      factors.pointer.update(from: transform.pointer, count: channels)
      (factors.pointer + channels).clear(2 * channels)
      return
    }
    let sum = sums.reduce(0..<channels, slots: batch.slotCount, kernels)
    let product = products.reduce(0..<channels, slots: batch.slotCount, kernels)
    for c in 0..<channels {
      let inverse = inverseDeviation.pointer[c]
      beta.gradient.pointer[c] = sum[c]
      gamma.gradient.pointer[c] = product[c] * inverse
      let scale = gamma.values.pointer[c] * inverse
      let slope = -scale * inverse * inverse * product[c] / population
      factors.pointer[c] = scale
      factors.pointer[channels + c] = slope
      factors.pointer[2 * channels + c] =
        -scale * sum[c] / population - slope * mean.pointer[c]
    }
  }
}
