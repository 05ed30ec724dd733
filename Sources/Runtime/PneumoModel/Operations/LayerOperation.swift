/// What a layer of a network with trained weights computes.
public typealias Operation = LayerOperation<WeightTensor>

/// What one layer computes. Terms and conventions are Keras' where it has one.
///
/// Each operation is described in the file of its own beside this one, which lists them.
public enum LayerOperation<Weight: LayerWeight>: Equatable, Sendable {
  case convolution(Convolution<Weight>)
  case dense(Dense<Weight>)
  case pooling(Pooling)
  case globalPooling(GlobalPooling)
  case batchNormalization(BatchNormalization<Weight>)
  case activation(Activation)
  case add(Addition)
  case concatenate(Concatenation)
  case flatten(Flatten)
  case zeroPadding(ZeroPadding)
  case dropout(Dropout)
  case multiply(Multiplication)

  /// One of each, in the order of their codes, with values that are yet to be read.
  package static var all: [Self] {
    [
      .convolution(Convolution(kernel: .empty)), .dense(Dense(kernel: .empty)),
      .pooling(Pooling(.max, window: Extent(1), stride: Extent(1))), .globalPooling(.max),
      .batchNormalization(
        BatchNormalization(
          gamma: .empty, beta: .empty, mean: .empty, variance: .empty, epsilon: 0)),
      .activation(.relu), .add, .concatenate, .flatten(.heightWidthChannels),
      .zeroPadding(.zero), .dropout(rate: 0), .multiply,
    ]
  }

  /// The description of the operation.
  package var layer: any Layer {
    switch self {
    case .convolution(let layer): layer
    case .dense(let layer): layer
    case .pooling(let layer): layer
    case .globalPooling(let layer): layer
    case .batchNormalization(let layer): layer
    case .activation(let layer): layer
    case .add(let layer): layer
    case .concatenate(let layer): layer
    case .flatten(let layer): layer
    case .zeroPadding(let layer): layer
    case .dropout(let layer): layer
    case .multiply(let layer): layer
    }
  }

  /// Passes all fields of the operation to `fields`, which reads or writes them.
  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) where Visitor.Weight == Weight {
    switch self {
    case .convolution(var layer):
      try layer.visit(&fields)
      self = .convolution(layer)
    case .dense(var layer):
      try layer.visit(&fields)
      self = .dense(layer)
    case .pooling(var layer):
      try layer.visit(&fields)
      self = .pooling(layer)
    case .globalPooling(var layer):
      try layer.visit(&fields)
      self = .globalPooling(layer)
    case .batchNormalization(var layer):
      try layer.visit(&fields)
      self = .batchNormalization(layer)
    case .activation(var layer):
      try layer.visit(&fields)
      self = .activation(layer)
    case .flatten(var layer):
      try layer.visit(&fields)
      self = .flatten(layer)
    case .zeroPadding(var layer):
      try layer.visit(&fields)
      self = .zeroPadding(layer)
    case .dropout(var layer):
      try layer.visit(&fields)
      self = .dropout(layer)
    case .add, .concatenate, .multiply: break  // no fields
    }
  }

  /// The same operation with what `transform` makes of each weight.
  package func mapWeights<New: LayerWeight, Failure: Error>(
    _ transform: (_ name: String, Weight) throws(Failure) -> New
  ) throws(Failure) -> LayerOperation<New> {
    switch self {
    case .convolution(let layer): return .convolution(try layer.mapWeights(transform))
    case .dense(let layer): return .dense(try layer.mapWeights(transform))
    case .batchNormalization(let layer):
      return .batchNormalization(try layer.mapWeights(transform))
    case .pooling(let layer): return .pooling(layer)
    case .globalPooling(let layer): return .globalPooling(layer)
    case .activation(let layer): return .activation(layer)
    case .add(let layer): return .add(layer)
    case .concatenate(let layer): return .concatenate(layer)
    case .flatten(let layer): return .flatten(layer)
    case .zeroPadding(let layer): return .zeroPadding(layer)
    case .dropout(let layer): return .dropout(layer)
    case .multiply(let layer): return .multiply(layer)
    }
  }
}

extension LayerOperation: Hashable where Weight: Hashable {}

/// What turns layers into something else: into steps of a plan, into layers of the trainer.
///
/// Each operation is a requirement, so that the compiler finds whoever lacks one. Conforming types
/// have a file for each operation too.
package protocol OperationVisitor {
  associatedtype Output
  associatedtype Failure: Error
  mutating func visit(_ layer: Convolution<WeightTensor>) throws(Failure) -> Output
  mutating func visit(_ layer: Dense<WeightTensor>) throws(Failure) -> Output
  mutating func visit(_ layer: Pooling) throws(Failure) -> Output
  mutating func visit(_ layer: GlobalPooling) throws(Failure) -> Output
  mutating func visit(_ layer: BatchNormalization<WeightTensor>) throws(Failure) -> Output
  mutating func visit(_ layer: Activation) throws(Failure) -> Output
  mutating func visit(_ layer: Addition) throws(Failure) -> Output
  mutating func visit(_ layer: Concatenation) throws(Failure) -> Output
  mutating func visit(_ layer: Flatten) throws(Failure) -> Output
  mutating func visit(_ layer: ZeroPadding) throws(Failure) -> Output
  mutating func visit(_ layer: Dropout) throws(Failure) -> Output
  mutating func visit(_ layer: Multiplication) throws(Failure) -> Output
}

extension Operation {
  /// Calls the method of `visitor` for this operation.
  package func accept<Visitor: OperationVisitor>(
    _ visitor: inout Visitor
  ) throws(Visitor.Failure) -> Visitor.Output {
    switch self {
    case .convolution(let layer): try visitor.visit(layer)
    case .dense(let layer): try visitor.visit(layer)
    case .pooling(let layer): try visitor.visit(layer)
    case .globalPooling(let layer): try visitor.visit(layer)
    case .batchNormalization(let layer): try visitor.visit(layer)
    case .activation(let layer): try visitor.visit(layer)
    case .add(let layer): try visitor.visit(layer)
    case .concatenate(let layer): try visitor.visit(layer)
    case .flatten(let layer): try visitor.visit(layer)
    case .zeroPadding(let layer): try visitor.visit(layer)
    case .dropout(let layer): try visitor.visit(layer)
    case .multiply(let layer): try visitor.visit(layer)
    }
  }
}
