import PneumoClassifier

/// What a web service does with an uploaded image, whatever its framework: bytes come in, a status
/// and a line of text go out.
struct ImageService: Sendable {
  let classifier: Classifier

  /// Opens the model once, for all requests.
  init(model: String) throws {
    var options = Classifier.Options()
    // Each request runs on one thread, and as many at once as there are processors.
    options.memoryLimit = 512 << 20
    classifier = try Classifier(contentsOf: model, options: options)
  }

  /// Answers a request. Cancel the task when the client has gone.
  func respond(to body: [UInt8]) async -> (status: Int, text: String) {
    do throws(ClassificationError) {
      let prediction = try await classifier.classify(body).prediction
      return (200, "\(prediction.label) \(prediction.probability)")
    } catch {
      switch error {
      case .image(let error) where error.kind == .tooLarge: return (413, error.reason)
      case .image(let error): return (415, error.reason)
      case .compute(let error, _): return (500, error.description)
      case .canceled: return (499, error.description)
      }
    }
  }
}
