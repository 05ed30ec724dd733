import PneumoModel
import PneumoSystem

/// Every operation of a graph as its definition reads: index loops, sums in `Double`, one image.
///
/// The oracle of all other implementations. Images are rows of pixels of channels.
public enum NaiveGraph {

  /// All values of `graph` for one image: `input` itself, then the output of each layer.
  public static func run(_ graph: Graph, input: [Float]) -> [[Double]] {
    precondition(input.count == graph.inputShape.count, "an input of the graph's shape")
    var values = [input.map(Double.init)]
    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.map { NaiveTensor(shape: graph.shapes[$0], values: values[$0]) }
      let output = graph.shapes[index + 1]
      values.append(apply(node.operation, to: inputs, output: output).values)
    }
    return values
  }

  private static func apply(
    _ operation: Operation, to inputs: [NaiveTensor], output: TensorShape
  ) -> NaiveTensor {
    let input = inputs[0]
    switch operation {
    case .convolution(let layer): return convolve(input, layer, output)
    case .dense(let layer): return multiply(input, layer, output)
    case .pooling(let layer): return pool(input, layer, output)
    case .globalPooling(let layer): return poolAll(input, layer.kind, output)
    case .batchNormalization(let layer): return normalize(input, layer)
    case .activation(let activation): return activate(input, activation)
    case .add:
      var sum = input
      for other in inputs.dropFirst() {
        for index in sum.values.indices { sum.values[index] += other.values[index] }
      }
      return sum
    case .multiply:
      // The other input has the same shape, or a single pixel.
      let (image, factors) =
        inputs[0].values.count >= inputs[1].values.count
        ? (inputs[0], inputs[1]) : (inputs[1], inputs[0])
      var product = NaiveTensor(shape: output, values: image.values)
      for index in product.values.indices {
        product.values[index] *= factors.values[index % factors.values.count]
      }
      return product
    case .concatenate: return concatenate(inputs, output)
    case .flatten(let layer):
      return NaiveTensor(shape: output, values: flatten(input, layer.order))
    case .zeroPadding(let layer): return pad(input, layer.insets, output)
    case .dropout: return input
    }
  }

  private static func flatten(_ input: NaiveTensor, _ order: FlattenOrder) -> [Double] {
    switch order {
    case .heightWidthChannels: return input.values
    case .channelsHeightWidth:
      var values: [Double] = []
      for channel in 0..<input.channels {
        for row in 0..<input.height {
          for column in 0..<input.width { values.append(input[row, column, channel]) }
        }
      }
      return values
    }
  }

  private static func pad(
    _ input: NaiveTensor, _ insets: Insets, _ output: TensorShape
  ) -> NaiveTensor {
    var padded = NaiveTensor(zeros: output)
    for row in 0..<input.height {
      for column in 0..<input.width {
        for channel in 0..<input.channels {
          padded[row + insets.top, column + insets.left, channel] = input[row, column, channel]
        }
      }
    }
    return padded
  }

  private static func convolve(
    _ input: NaiveTensor, _ layer: Convolution<WeightTensor>, _ shape: TensorShape
  ) -> NaiveTensor {
    let kernel = layer.kernel.values().map(Double.init)
    let bias = layer.bias?.values().map(Double.init)
    let (rows, columns) = (layer.kernel.shape[0], layer.kernel.shape[1])
    let (groupInputs, outputs) = (layer.kernel.shape[2], layer.kernel.shape[3])
    let insets = layer.padding.insets(
      of: input.size, window: Extent(height: rows, width: columns), stride: layer.stride,
      dilation: layer.dilation)
    var output = NaiveTensor(zeros: shape)
    for y in 0..<output.height {
      for x in 0..<output.width {
        for o in 0..<outputs {
          let firstInput = o / (outputs / layer.groups) * groupInputs
          var sum = bias?[o] ?? 0
          for i in 0..<rows {
            for j in 0..<columns {
              let row = y * layer.stride.height + i * layer.dilation.height - insets.top
              let column = x * layer.stride.width + j * layer.dilation.width - insets.left
              guard input.contains(row, column) else { continue }
              for c in 0..<groupInputs {
                sum +=
                  input[row, column, firstInput + c]
                  * kernel[((i * columns + j) * groupInputs + c) * outputs + o]
              }
            }
          }
          output[y, x, o] = sum
        }
      }
    }
    return activate(output, layer.activation)
  }

  private static func multiply(
    _ input: NaiveTensor, _ layer: Dense<WeightTensor>, _ shape: TensorShape
  ) -> NaiveTensor {
    let kernel = layer.kernel.values().map(Double.init)
    let bias = layer.bias?.values().map(Double.init)
    var output = NaiveTensor(zeros: shape)
    for o in 0..<shape.count {
      var sum = bias?[o] ?? 0
      for i in input.values.indices { sum += input.values[i] * kernel[i * shape.count + o] }
      output.values[o] = sum
    }
    return activate(output, layer.activation)
  }

  private static func pool(
    _ input: NaiveTensor, _ layer: Pooling, _ shape: TensorShape
  ) -> NaiveTensor {
    let insets = layer.padding.insets(
      of: input.size, window: layer.window, stride: layer.stride, dilation: Extent(1))
    var output = NaiveTensor(zeros: shape)
    for y in 0..<output.height {
      for x in 0..<output.width {
        for c in 0..<output.channels {
          var inside: [Double] = []
          for i in 0..<layer.window.height {
            for j in 0..<layer.window.width {
              let row = y * layer.stride.height + i - insets.top
              let column = x * layer.stride.width + j - insets.left
              if input.contains(row, column) { inside.append(input[row, column, c]) }
            }
          }
          let area = layer.window.height * layer.window.width
          output[y, x, c] = reduce(
            inside, layer.kind, divisor: layer.countsPadding ? area : inside.count)
        }
      }
    }
    return output
  }

  private static func poolAll(
    _ input: NaiveTensor, _ kind: PoolingKind, _ shape: TensorShape
  ) -> NaiveTensor {
    let area = input.height * input.width
    let values = (0..<input.channels).map { channel in
      let all = (0..<area).map { input.values[$0 * input.channels + channel] }
      return reduce(all, kind, divisor: area)
    }
    return NaiveTensor(shape: shape, values: values)
  }

  private static func reduce(_ values: [Double], _ kind: PoolingKind, divisor: Int) -> Double {
    switch kind {
    case .max: values.max()!
    case .average: values.reduce(0, +) / Double(divisor)
    }
  }

  private static func normalize(
    _ input: NaiveTensor, _ layer: BatchNormalization<WeightTensor>
  ) -> NaiveTensor {
    let (gamma, beta) = (layer.gamma.values(), layer.beta.values())
    let (mean, variance) = (layer.mean.values(), layer.variance.values())
    var output = input
    for index in input.values.indices {
      let c = index % input.channels
      let deviation = (Double(variance[c]) + Double(layer.epsilon)).squareRoot()
      let standardized = (input.values[index] - Double(mean[c])) / deviation
      output.values[index] = Double(gamma[c]) * standardized + Double(beta[c])
    }
    return output
  }

  private static func concatenate(_ inputs: [NaiveTensor], _ shape: TensorShape) -> NaiveTensor {
    var values: [Double] = []
    for pixel in 0..<shape.count / shape.channels {
      for input in inputs {
        values += input.values[pixel * input.channels..<(pixel + 1) * input.channels]
      }
    }
    return NaiveTensor(shape: shape, values: values)
  }

  private static func activate(_ input: NaiveTensor, _ activation: Activation?) -> NaiveTensor {
    var output = input
    switch activation {
    case nil: break
    case .relu: output.values = input.values.map { max($0, 0) }
    case .relu6: output.values = input.values.map { min(max($0, 0), 6) }
    case .sigmoid: output.values = input.values.map { 1 / (1 + exp(-$0)) }
    case .tanh: output.values = input.values.map { tanh($0) }
    case .swish: output.values = input.values.map { $0 / (1 + exp(-$0)) }
    case .hardSwish: output.values = input.values.map { $0 * min(max($0 + 3, 0), 6) / 6 }
    case .softmax:
      for start in stride(from: 0, to: input.values.count, by: input.channels) {
        let pixel = start..<start + input.channels
        let largest = input.values[pixel].max()!
        let sum = input.values[pixel].reduce(0) { $0 + exp($1 - largest) }
        for index in pixel { output.values[index] = exp(input.values[index] - largest) / sum }
      }
    }
    return output
  }
}

/// An image, or a vector as an image of one pixel.
private struct NaiveTensor {
  let height, width, channels: Int
  var values: [Double]

  init(shape: TensorShape, values: [Double]) {
    switch shape {
    case .image(let height, let width, let channels):
      (self.height, self.width, self.channels) = (height, width, channels)
    case .vector(let count): (height, width, channels) = (1, 1, count)
    }
    self.values = values
  }

  init(zeros shape: TensorShape) {
    self.init(shape: shape, values: [Double](repeating: 0, count: shape.count))
  }

  var size: Extent { Extent(height: height, width: width) }

  func contains(_ row: Int, _ column: Int) -> Bool {
    (0..<height).contains(row) && (0..<width).contains(column)
  }

  subscript(row: Int, column: Int, channel: Int) -> Double {
    get { values[(row * width + column) * channels + channel] }
    set { values[(row * width + column) * channels + channel] = newValue }
  }
}

extension NaiveGraph {
  /// The output of the last layer for each image of a batch in training: batch normalization uses the
  /// statistics of the batch, and dropout the masks that are given by the name of the layer, image
  /// after image.
  public static func train(
    _ graph: Graph, inputs: [[Float]], masks: [String: [Float]] = [:]
  ) -> [[Double]] {
    var values = inputs.map { [$0.map(Double.init)] }
    for (index, node) in graph.nodes.enumerated() {
      let shape = graph.shapes[index + 1]
      var outputs: [[Double]]
      switch node.operation {
      case .batchNormalization(let layer):
        outputs = normalize(values.map { $0[node.inputs[0]] }, layer)
      case .dropout:
        let mask = masks[node.name]!
        outputs = values.indices.map { image in
          values[image][node.inputs[0]].enumerated().map {
            $1 * Double(mask[image * shape.count + $0])
          }
        }
      default:
        outputs = values.map { image in
          let inputs = node.inputs.map { NaiveTensor(shape: graph.shapes[$0], values: image[$0]) }
          return apply(node.operation, to: inputs, output: shape).values
        }
      }
      for image in values.indices { values[image].append(outputs[image]) }
    }
    return values.map { $0.last! }
  }

  private static func normalize(
    _ images: [[Double]], _ layer: BatchNormalization<WeightTensor>
  ) -> [[Double]] {
    let channels = layer.gamma.count
    var images = images
    for channel in 0..<channels {
      let places = stride(from: channel, to: images[0].count, by: channels)
      let all = images.flatMap { image in places.map { image[$0] } }
      let mean = all.reduce(0, +) / Double(all.count)
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
      let scale =
        Double(layer.gamma.values()[channel]) / (variance + Double(layer.epsilon)).squareRoot()
      let shift = Double(layer.beta.values()[channel])
      for image in images.indices {
        for place in places { images[image][place] = (images[image][place] - mean) * scale + shift }
      }
    }
    return images
  }
}
