extension KerasArchitecture {
  /// What each layer computes. All layers that are not supported are one error, in the order of
  /// the model.
  func operations() throws(ImportError) -> [KerasOperation] {
    var operations: [KerasOperation] = []
    var unsupported: [ImportError.Layer] = []
    let misconnected = Dictionary(
      self.unsupported.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for layer in layers {
      if let problem = misconnected[layer.name] {
        operations.append(.identity)
        unsupported.append(problem)
        continue
      }
      do throws(UnsupportedReason) {
        operations.append(try layer.operation())
      } catch {
        operations.append(.identity)
        unsupported.append(layer.unsupported(error.text))
      }
    }
    unsupported += misplacedRescalings(operations)
    guard unsupported.isEmpty else {
      let all = Dictionary(
        unsupported.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      throw .unsupported(layers.compactMap { all[$0.name] })
    }
    return operations
  }

  /// A rescaling becomes part of the preprocessing: all that is computed must come after it.
  private func misplacedRescalings(_ operations: [KerasOperation]) -> [ImportError.Layer] {
    // Pixels as they come in, also behind layers that do nothing at inference.
    var isRaw = [true]
    var readersOfPixels = 0
    var misplaced: [KerasLayer] = []
    for (layer, operation) in zip(layers, operations) {
      let readsPixels = layer.inputs.contains { isRaw[$0] }
      switch operation {
      case .rescaling:
        if !readsPixels { misplaced.append(layer) }
        readersOfPixels += readsPixels ? 1 : 0
        isRaw.append(false)
      case .plain(.dropout), .identity: isRaw.append(readsPixels)
      default:
        readersOfPixels += readsPixels ? 1 : 0
        isRaw.append(false)
      }
    }
    if readersOfPixels > 1 {
      misplaced += zip(layers, operations).compactMap { layer, operation in
        guard case .rescaling = operation, layer.inputs.contains(where: { isRaw[$0] }) else {
          return nil
        }
        return layer
      }
    }
    return misplaced.map {
      $0.unsupported("a rescaling is supported as the only reader of the input")
    }
  }
}
