/// How the file names operations.
private enum OperatorCode: UInt8, CaseIterable {
  case convolution = 1
  case dense = 2
  case pooling = 3
  case globalPooling = 4
  case batchNormalization = 5
  case activation = 6
  case add = 7
  case concatenate = 8
  case flatten = 9
  case zeroPadding = 10
  case dropout = 11

  init(_ operation: Operation) {
    switch operation {
    case .convolution: self = .convolution
    case .dense: self = .dense
    case .pooling: self = .pooling
    case .globalPooling: self = .globalPooling
    case .batchNormalization: self = .batchNormalization
    case .activation: self = .activation
    case .add: self = .add
    case .concatenate: self = .concatenate
    case .flatten: self = .flatten
    case .zeroPadding: self = .zeroPadding
    case .dropout: self = .dropout
    }
  }
}

extension Operation {
  /// Writes the code of the operator, its parameters, and references to its weights.
  func write(to writer: inout ByteWriter, _ weights: inout WeightWriter) {
    writer.u8(OperatorCode(self).rawValue)
    switch self {
    case .convolution(let layer): layer.write(to: &writer, &weights)
    case .dense(let layer): layer.write(to: &writer, &weights)
    case .pooling(let layer): layer.write(to: &writer)
    case .globalPooling(let kind): writer.u8(kind.rawValue)
    case .batchNormalization(let layer): layer.write(to: &writer, &weights)
    case .activation(let activation): writer.u8(activation.rawValue)
    case .add, .concatenate: break
    case .flatten(let order): writer.u8(order.rawValue)
    case .zeroPadding(let insets): insets.write(to: &writer)
    case .dropout(let rate): writer.f32(rate)
    }
  }

  init(from reader: inout ByteReader, _ weights: inout WeightReader) throws(ModelError) {
    let code: OperatorCode = try reader.code("operator", otherwise: .unknownOperator)
    switch code {
    case .convolution: self = .convolution(try Convolution(from: &reader, &weights))
    case .dense: self = .dense(try Dense(from: &reader, &weights))
    case .pooling: self = .pooling(try Pooling(from: &reader))
    case .globalPooling: self = .globalPooling(try reader.code("kind of pooling"))
    case .batchNormalization:
      self = .batchNormalization(try BatchNormalization(from: &reader, &weights))
    case .activation: self = .activation(try reader.code("activation"))
    case .add: self = .add
    case .concatenate: self = .concatenate
    case .flatten: self = .flatten(try reader.code("order of flattening"))
    case .zeroPadding: self = .zeroPadding(try Insets(from: &reader))
    case .dropout: self = .dropout(rate: try reader.f32())
    }
  }
}

extension Convolution {
  fileprivate func write(to writer: inout ByteWriter, _ weights: inout WeightWriter) {
    stride.write(to: &writer)
    padding.write(to: &writer)
    dilation.write(to: &writer)
    writer.u32(groups)
    writer.optional(activation)
    weights.reference(kernel, bias: bias, in: &writer)
  }

  fileprivate init(
    from reader: inout ByteReader, _ weights: inout WeightReader
  ) throws(ModelError) {
    let stride = try Extent(from: &reader)
    let padding = try Padding(from: &reader)
    let dilation = try Extent(from: &reader)
    let groups = try reader.u32()
    let activation = try reader.optionalActivation()
    let (kernel, bias) = try weights.kernelAndBias(&reader)
    self.init(
      kernel: kernel, bias: bias, stride: stride, padding: padding, dilation: dilation,
      groups: groups, activation: activation)
  }
}

extension Dense {
  fileprivate func write(to writer: inout ByteWriter, _ weights: inout WeightWriter) {
    writer.optional(activation)
    weights.reference(kernel, bias: bias, in: &writer)
  }

  fileprivate init(
    from reader: inout ByteReader, _ weights: inout WeightReader
  ) throws(ModelError) {
    let activation = try reader.optionalActivation()
    let (kernel, bias) = try weights.kernelAndBias(&reader)
    self.init(kernel: kernel, bias: bias, activation: activation)
  }
}

extension Pooling {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.u8(kind.rawValue)
    window.write(to: &writer)
    stride.write(to: &writer)
    padding.write(to: &writer)
    writer.flag(countsPadding)
  }

  fileprivate init(from reader: inout ByteReader) throws(ModelError) {
    self.init(
      try reader.code("kind of pooling"), window: try Extent(from: &reader),
      stride: try Extent(from: &reader), padding: try Padding(from: &reader),
      countsPadding: try reader.flag("whether padding counts"))
  }
}

extension BatchNormalization {
  fileprivate func write(to writer: inout ByteWriter, _ weights: inout WeightWriter) {
    writer.f32(epsilon)
    for tensor in [gamma, beta, mean, variance] { weights.reference(tensor, in: &writer) }
  }

  fileprivate init(
    from reader: inout ByteReader, _ weights: inout WeightReader
  ) throws(ModelError) {
    let epsilon = try reader.f32()
    self.init(
      gamma: try weights.tensor(&reader), beta: try weights.tensor(&reader),
      mean: try weights.tensor(&reader), variance: try weights.tensor(&reader), epsilon: epsilon)
  }
}

// MARK: Parts of these

extension Extent {
  func write(to writer: inout ByteWriter) {
    writer.u32(height)
    writer.u32(width)
  }

  init(from reader: inout ByteReader) throws(ModelError) {
    self.init(height: try reader.u32(), width: try reader.u32())
  }
}

extension Insets {
  fileprivate func write(to writer: inout ByteWriter) {
    for inset in [top, bottom, left, right] { writer.u32(inset) }
  }

  fileprivate init(from reader: inout ByteReader) throws(ModelError) {
    self.init(
      top: try reader.u32(), bottom: try reader.u32(), left: try reader.u32(),
      right: try reader.u32())
  }
}

private enum PaddingCode: UInt8, CaseIterable {
  case valid = 0
  case same = 1
  case explicit = 2
}

extension Padding {
  fileprivate func write(to writer: inout ByteWriter) {
    switch self {
    case .valid: writer.u8(PaddingCode.valid.rawValue)
    case .same: writer.u8(PaddingCode.same.rawValue)
    case .explicit(let insets):
      writer.u8(PaddingCode.explicit.rawValue)
      insets.write(to: &writer)
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(ModelError) {
    let code: PaddingCode = try reader.code("padding")
    switch code {
    case .valid: self = .valid
    case .same: self = .same
    case .explicit: self = .explicit(try Insets(from: &reader))
    }
  }
}

extension ByteWriter {
  /// Zero is none.
  fileprivate mutating func optional(_ activation: Activation?) { u8(activation?.rawValue ?? 0) }
}

extension ByteReader {
  fileprivate mutating func optionalActivation() throws(ModelError) -> Activation? {
    var next = self
    guard try next.u8() == 0 else { return try code("activation") }
    self = next
    return nil
  }
}

extension WeightWriter {
  fileprivate mutating func reference(
    _ kernel: WeightTensor, bias: WeightTensor?, in writer: inout ByteWriter
  ) {
    writer.flag(bias != nil)
    reference(kernel, in: &writer)
    if let bias { reference(bias, in: &writer) }
  }
}

extension WeightReader {
  fileprivate mutating func kernelAndBias(
    _ reader: inout ByteReader
  ) throws(ModelError) -> (kernel: WeightTensor, bias: WeightTensor?) {
    let hasBias = try reader.flag("whether there is a bias")
    let kernel = try tensor(&reader)
    return (kernel, hasBias ? try tensor(&reader) : nil)
  }
}
