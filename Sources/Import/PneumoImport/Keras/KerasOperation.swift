import PneumoModel

/// What a Keras layer computes, before its weights are read.
enum KerasOperation: Equatable, Sendable {
  case convolution(KerasConvolution)
  /// Each channel by itself, then a 1×1 convolution with bias and activation.
  case separableConvolution(KerasConvolution)
  case dense(units: Int, usesBias: Bool, activation: Activation?)
  case batchNormalization(KerasBatchNormalization)
  /// Joins along an axis of Keras, which counts the batch as axis 0.
  case concatenate(axis: Int)
  /// Softmax along an axis of Keras.
  case softmax(axis: Int)
  /// A layer without weights.
  case plain(Operation)
  /// `x * scale + offset`, each one number or one a channel.
  case rescaling(Rescaling)
  /// Passes its input on at inference.
  case identity
}

extension KerasOperation {
  /// The weights of the layer, in the order in which Keras creates them.
  var weights: [KerasWeightRole] {
    switch self {
    case .convolution(let parameters):
      Array(repeating: .trained, count: parameters.usesBias ? 2 : 1)
    case .separableConvolution(let parameters):
      Array(repeating: .trained, count: parameters.usesBias ? 3 : 2)
    case .dense(_, let usesBias, _): Array(repeating: .trained, count: usesBias ? 2 : 1)
    case .batchNormalization(let parameters):
      Array(repeating: .trained, count: (parameters.scales ? 1 : 0) + (parameters.centers ? 1 : 0))
        + [.statistic, .statistic]
    case .concatenate, .softmax, .plain, .rescaling, .identity: []
    }
  }
}

/// The parameters of Conv2D, DepthwiseConv2D and SeparableConv2D.
struct KerasConvolution: Hashable, Sendable {
  var kernelSize: Extent
  /// `nil` in a depthwise convolution.
  var filters: Int?
  /// Outputs of each input channel in a depthwise convolution.
  var depthMultiplier = 1
  var groups = 1
  var stride: Extent
  var padding: Padding
  var dilation: Extent
  var usesBias: Bool
  var activation: Activation?
}

struct KerasBatchNormalization: Hashable, Sendable {
  /// Counts the batch as axis 0.
  var axis: Int
  var epsilon: Float
  /// Whether there is a `gamma`, a `beta`.
  var scales: Bool
  var centers: Bool
}

/// The first step of some networks: `x * scale + offset` on pixels, one number or one a channel.
package struct Rescaling: Hashable, Sendable {
  /// The factor of each channel, or of all.
  package var scale: [Float]
  /// What is added after that.
  package var offset: [Float]
}
