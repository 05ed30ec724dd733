/// What a weight is to training.
enum KerasWeightRole: Hashable, Sendable {
  /// Trained by gradients, unless its layer or a model around it is frozen.
  case trained
  /// Moving averages.
  case statistic
}

/// The order in which Keras saves the weights of a layer or nested model: trainable ones first, then
/// the others, each in the order of the layers (`_legacy_weights` in Keras' `legacy_h5_format.py`).
struct KerasWeightOrder {
  /// One weight of a layer.
  struct Weight: Hashable {
    /// ``KerasLayer/storage`` of its layer.
    let storage: Int
    /// In the order of creation.
    let index: Int
  }

  /// The weights of each layer in the order of their creation.
  let weights: [Int: [KerasWeightRole]]

  /// All weights of a layer or nested model as they are saved.
  func weights(of storage: KerasStorage) -> [Weight] {
    let all = all(storage)
    return all.filter(\.isTrainable).map(\.weight) + all.filter { !$0.isTrainable }.map(\.weight)
  }

  /// In the order of the layers. A weight is trainable where its layer and all models around it are.
  private func all(_ storage: KerasStorage) -> [(weight: Weight, isTrainable: Bool)] {
    switch storage {
    case .layer(let storage, _, let isTrainable):
      (weights[storage] ?? []).enumerated().map { index, role in
        (Weight(storage: storage, index: index), isTrainable && role == .trained)
      }
    case .model(let layers, _, let isTrainable):
      layers.flatMap(all).map { ($0.weight, $0.isTrainable && isTrainable) }
    }
  }
}
