import PneumoModel

extension Checkpoint {
  /// The model to ship: calibrated, without what only training needs, kernels stored as `precision`.
  package func model(precision: ScalarType = .float32) throws(CheckpointError) -> Model {
    let graph = try calibratedGraph()
    do throws(ModelError) {
      var model = try Model(
        graph: try SimplifiedGraph(graph).graph, preprocessing: preprocessing, labels: labels,
        threshold: threshold, card: card)
      model.trainingImages = images
      return try model.converting(weights: precision)
    } catch {
      throw CheckpointError(.invalidModel, error.description)
    }
  }
}
