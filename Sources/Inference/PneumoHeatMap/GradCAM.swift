import Pneumo
import PneumoCompute
import PneumoKernelABI
import PneumoModel
import Synchronization

/// Grad-CAM (Selvaraju et al. 2017): where the last feature maps of a network hold evidence for a
/// class.
///
/// These are the values that its layers make vectors of, before pooling. Each of their channels is
/// weighted by the mean of the gradient of the class' logit; evidence against the class counts as 0.
/// Of a network that averages several, the maps of all members add up. The network runs in a `Session`;
/// the gradient goes back through the layers after the feature maps alone.
public final class GradCAM: Sendable {
  /// The model that is explained.
  public let model: Model
  /// The names of the layers whose outputs are the feature maps.
  public let layers: [String]
  private let session: Session
  private let maps: FeatureMaps
  private let tails: TailPool

  /// Makes a model ready. Throws ``HeatMapError`` where no map would show all evidence, and what
  /// `Session` throws.
  public init(_ model: Model, instructionSet: String? = nil) throws {
    maps = try FeatureMaps(of: model.graph)
    self.model = model
    layers = maps.values.map { model.graph.nodes[$0 - 1].name }
    session = try Session(
      model, threads: 1, batch: 1, instructionSet: instructionSet, keepsActivations: true)
    tails = TailPool(of: model.graph, after: maps, try InstructionSet.select(instructionSet))
  }

  /// The evidence for a class, one value for each place of the feature maps.
  ///
  /// - Parameters:
  ///   - tensor: the image as the network takes it, `session.inputCount` floats.
  ///   - label: the number of the class among the model's labels.
  public func map(of tensor: [Float], label: Int) throws(ComputeError) -> HeatMap {
    let outputs = Dictionary(
      uniqueKeysWithValues: try session.activations(of: tensor).map { ($0.layer, $0.values) })
    let features = layers.map { layer in
      guard let values = outputs[layer] else {
        preconditionFailure("a session keeps the outputs of all layers that compute")
      }
      return values
    }
    let tail = tails.take()
    defer { tails.giveBack(tail) }
    var map = [Float](repeating: 0, count: maps.size.height * maps.size.width)
    for (features, gradient) in zip(features, tail.gradients(of: label, at: features)) {
      add(features, weightedBy: gradient, to: &map)
    }
    let share = 1 / Float(map.count)
    return HeatMap(
      width: maps.size.width, height: maps.size.height, values: map.map { max($0 * share, 0) })
  }

  /// Adds to each place the channels of `features`, each times the sum of its gradient.
  private func add(
    _ features: [Float], weightedBy gradient: UnsafeBufferPointer<Float>, to map: inout [Float]
  ) {
    let channels = features.count / map.count
    var weights = [Float](repeating: 0, count: channels)
    for place in stride(from: 0, to: gradient.count, by: channels) {
      for channel in 0..<channels { weights[channel] += gradient[place + channel] }
    }
    for place in map.indices {
      map[place] += (0..<channels).reduce(Float(0)) {
        $0 + weights[$1] * features[place * channels + $1]
      }
    }
  }
}

/// Tails that no call is using; as many are made as calls run at once.
private final class TailPool: Sendable {
  private let make: @Sendable () -> NetworkTail
  private let free: Mutex<[Tail]> = Mutex([])

  /// A tail that one owner after the other uses.
  private struct Tail: @unchecked Sendable {
    // SAFETY: it is in the pool or with one caller, never both.
    let value: NetworkTail
  }

  init(of graph: Graph, after maps: FeatureMaps, _ kernels: KernelTable) {
    make = { NetworkTail(of: graph, after: maps, kernels: kernels) }
  }

  func take() -> NetworkTail { free.withLock { $0.popLast() }?.value ?? make() }

  func giveBack(_ tail: NetworkTail) {
    let tail = Tail(value: tail)
    free.withLock { $0.append(tail) }
  }
}
