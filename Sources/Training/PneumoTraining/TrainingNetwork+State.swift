import PneumoCheckpoint
import PneumoCompute
import PneumoGradients
import PneumoConcurrency

extension TrainingNetwork {
  /// All weights by `layer/weight`, as they stand in the graph.
  package func weights() -> [SafetensorsTensor] {
    parameters.map {
      SafetensorsTensor(name: $0.name, shape: $0.shape, values: $0.elements(of: $0.values))
    }
  }

  /// What the optimizer keeps of each weight.
  package func optimizerState(_ optimizer: Optimizer) -> [SafetensorsTensor] {
    parameters.filter(\.isTrained).flatMap { parameter in
      memories(of: parameter, optimizer).map { name, buffer in
        SafetensorsTensor(
          name: name, shape: parameter.shape, values: parameter.elements(of: buffer))
      }
    }
      + averages.map {
        SafetensorsTensor(
          name: "average/\($0.key.name)", shape: $0.key.shape, values: $0.key.elements(of: $0.value)
        )
      }
  }

  private func memories(
    of parameter: Parameter, _ optimizer: Optimizer
  ) -> [(name: String, buffer: FloatBuffer)] {
    let first = ("optimizer/m/\(parameter.name)", parameter.first)
    let second = ("optimizer/v/\(parameter.name)", parameter.second)
    return optimizer.hasSecondMoment ? [first, second] : [first]
  }

  /// Takes over weights, and where there is some the state of an optimizer, after `steps` steps.
  package func restore(
    weights: [SafetensorsTensor], state: [SafetensorsTensor], optimizer: Optimizer, steps: Int
  ) throws(TrainingError) {
    let weights = Dictionary(weights.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    let state = Dictionary(state.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    for parameter in parameters {
      try fill(parameter, parameter.values, weights[parameter.name], parameter.name)
    }
    stepCount = steps
    guard !state.isEmpty else { return }
    for parameter in parameters where parameter.isTrained {
      for (name, buffer) in memories(of: parameter, optimizer) {
        try fill(parameter, buffer, state[name], name)
      }
    }
    for (parameter, buffer) in averages {
      try fill(parameter, buffer, state["average/\(parameter.name)"], "average/\(parameter.name)")
    }
  }

  private func fill(
    _ parameter: Parameter, _ buffer: FloatBuffer, _ tensor: SafetensorsTensor?, _ name: String
  ) throws(TrainingError) {
    guard let tensor, let numbers = tensor.floats, tensor.shape == parameter.shape else {
      throw TrainingError(
        .mismatch,
        "the checkpoint's tensor '\(name)' is \(tensor.map { "\($0.shape)" } ?? "missing"), expected "
          + "\(parameter.shape); it is of another network")
    }
    parameter.fill(buffer, from: numbers)
  }

  // MARK: Averages of weights

  /// Starts to keep moving averages of all weights (Polyak & Juditsky 1992), from those of now.
  package func startAveraging() {
    averages = parameters.map { (parameter) -> (key: Parameter, value: FloatBuffer) in
      let average = FloatBuffer(count: parameter.storedCount)
      average.pointer.update(from: parameter.values.pointer, count: parameter.storedCount)
      return (parameter, average)
    }
  }

  /// Moves the averages: `average ← decay · average + (1 - decay) · weight`, with a smaller decay in
  /// the first steps.
  package func updateAverages(decay: Float) {
    let decay = min(decay, Float(1 + stepCount) / Float(10 + stepCount))
    let pairs = averages
    parallelFor(pairs.count, threads: threads) { index in
      let (parameter, average) = pairs[index]
      let (values, target) = (parameter.values.pointer, average.pointer)
      for i in 0..<parameter.storedCount { target[i] += (values[i] - target[i]) * (1 - decay) }
    }
  }

  /// Exchanges weights and averages; a second call undoes it. Without averages nothing happens.
  package func exchangeAverages() {
    for (parameter, average) in averages {
      for i in 0..<parameter.storedCount {
        (parameter.values.pointer[i], average.pointer[i]) =
          (average.pointer[i], parameter.values.pointer[i])
      }
    }
  }

  // MARK: Health

  /// The first layer whose weights, or whose outputs for the last batch, are not finite; where there
  /// is none, the last whose gradients are not, since these come from behind.
  package func firstNonFiniteLayer() -> String? {
    func isBad(_ values: UnsafeMutablePointer<Float>, _ count: Int) -> Bool {
      (0..<count).contains { !values[$0].isFinite }
    }
    let index =
      layers.indices.first { index in
        layers[index].parameters.contains { isBad($0.values.pointer, $0.storedCount) }
          || isBad(outputs[index].data.pointer, batch.count * outputs[index].count)
      }
      ?? layers.indices.last { index in
        layers[index].parameters.contains { isBad($0.gradient.pointer, $0.gradient.count) }
      }
    return index.map { layers[$0].name }
  }
}
