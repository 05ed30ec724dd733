import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func append(
    _ layer: Pooling, _ input: Plan.Buffer, _ shape: TensorShape, _ output: TensorShape
  ) -> Plan.Buffer {
    guard case .image(let height, let width, let channels) = shape,
      case .image(let rows, let columns, _) = output
    else { preconditionFailure("the graph was checked") }
    let (window, stride) = (layer.window, layer.stride)
    let insets = layer.padding.insets(
      of: Extent(height: height, width: width), window: window, stride: stride,
      dilation: Extent(1))
    let divisor = layer.countsPadding ? window.height * window.width : 0
    let isMax = layer.kind == .max
    let run = isMax ? kernels.poolMax : kernels.poolAverage
    let tiles = Tiling(count: rows)
    let result = makeBuffer(output.count)
    appendStep(
      "\(isMax ? "max" : "average")Pool\(window.height)x\(window.width)", input, to: result,
      split: .image(tiles: tiles.tiles)
    ) { tile in
      var arguments = PoolingArguments(
        input: tile.input, output: tile.output, inputHeight: height, inputWidth: width,
        outputWidth: columns, channels: channels, windowHeight: window.height,
        windowWidth: window.width, strideHeight: stride.height, strideWidth: stride.width,
        top: insets.top, left: insets.left, divisor: divisor)
      run(&arguments, tiles[tile.index].lowerBound, tiles[tile.index].upperBound)
    }
    return result
  }

  /// Pooling with a window of the whole image.
  mutating func appendGlobalPooling(
    _ kind: PoolingKind, _ input: Plan.Buffer, _ shape: TensorShape
  ) -> Plan.Buffer {
    guard case .image(let height, let width, let channels) = shape else {
      preconditionFailure("the graph was checked")
    }
    let size = Extent(height: height, width: width)
    return append(
      Pooling(kind, window: size, stride: size), input, shape,
      .image(height: 1, width: 1, channels: channels))
  }

  mutating func append(
    _ layer: BatchNormalization, _ input: Plan.Buffer, _ shape: TensorShape
  ) -> Plan.Buffer {
    let channels = shape.channels
    let scale = FloatBuffer(count: channels)
    let shift = FloatBuffer(count: channels)
    let (gamma, beta) = (layer.gamma.values(), layer.beta.values())
    let (mean, variance) = (layer.mean.values(), layer.variance.values())
    for c in 0..<channels {
      let factor = Double(gamma[c]) / (Double(variance[c]) + Double(layer.epsilon)).squareRoot()
      scale.pointer[c] = Float(factor)
      shift.pointer[c] = Float(Double(beta[c]) - Double(mean[c]) * factor)
    }
    let run = kernels.scaleAndShift
    let pixels = shape.count / channels
    let result = makeBuffer(shape.count)
    appendStep(
      "scaleAndShift", input, to: result, multiplyAdds: shape.count, split: .image(tiles: 1)
    ) { tile in
      var arguments = ScaleArguments(
        input: tile.input, scale: scale.pointer, shift: shift.pointer, output: tile.output,
        channels: channels)
      run(&arguments, pixels)
    }
    return result
  }

  /// `output` may be `input`.
  mutating func append(
    _ activation: Activation, _ input: Plan.Buffer, to output: Plan.Buffer, channels: Int
  ) -> Plan.Buffer {
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
      case .softmax: kernels.softmax(tile.input, tile.output, count / channels, channels)
      }
    }
    return output
  }

  mutating func appendSum(_ inputs: [Plan.Buffer]) -> Plan.Buffer {
    let count = inputs[0].count
    let add = kernels.add
    let result = makeBuffer(count)
    for (number, input) in inputs.dropFirst().enumerated() {
      appendStep(
        "add", number == 0 ? inputs[0] : result, other: input, to: result, split: .image(tiles: 1)
      ) { tile in
        add(tile.input, tile.other, tile.output, count)
      }
    }
    return result
  }

  mutating func appendConcatenation(
    _ inputs: [Plan.Buffer], _ shapes: [TensorShape]
  ) -> Plan.Buffer {
    let total = shapes.reduce(0) { $0 + $1.channels }
    let pixels = shapes[0].count / shapes[0].channels
    let result = makeBuffer(pixels * total)
    var first = 0
    for (input, shape) in zip(inputs, shapes) {
      let (channels, start) = (shape.channels, first)
      appendStep("concatenate", input, to: result, split: .image(tiles: 1)) { tile in
        for pixel in 0..<pixels {
          (tile.output + (pixel * total + start))
            .update(from: tile.input + pixel * channels, count: channels)
        }
      }
      first += channels
    }
    return result
  }

  /// Surrounds an image with zeros.
  mutating func appendPadding(
    _ insets: Insets, _ input: Plan.Buffer, _ shape: TensorShape
  ) -> Plan.Buffer {
    guard case .image(let height, let width, let channels) = shape else {
      preconditionFailure("the graph was checked")
    }
    let rowCount = (width + insets.left + insets.right) * channels
    let rows = height + insets.top + insets.bottom
    let left = insets.left * channels
    let right = insets.right * channels
    let result = makeBuffer(rows * rowCount)
    appendStep("zeroPadding", input, to: result, split: .image(tiles: 1)) { tile in
      tile.output.update(repeating: 0, count: insets.top * rowCount)
      for row in 0..<height {
        let output = tile.output + (row + insets.top) * rowCount
        output.update(repeating: 0, count: left)
        (output + left).update(from: tile.input + row * width * channels, count: width * channels)
        (output + (rowCount - right)).update(repeating: 0, count: right)
      }
      (tile.output + (insets.top + height) * rowCount)
        .update(repeating: 0, count: insets.bottom * rowCount)
    }
    return result
  }

  /// Reorders an image of `shape`, which is in the other layout, to `layout`.
  mutating func appendTransposition(
    _ input: Plan.Buffer, from shape: TensorShape, to layout: Preprocessing.Layout
  ) -> Plan.Buffer {
    let channels = shape.channels
    let pixels = shape.count / channels
    let result = makeBuffer(shape.count)
    appendStep("transpose", input, to: result, split: .image(tiles: 1)) { tile in
      for pixel in 0..<pixels {
        for channel in 0..<channels {
          let (last, first) = (pixel * channels + channel, channel * pixels + pixel)
          switch layout {
          case .channelsFirst: tile.output[first] = tile.input[last]
          case .channelsLast: tile.output[last] = tile.input[first]
          }
        }
      }
    }
    return result
  }
}
