/// What a person should know before using a model. Every text may be empty.
public struct ModelCard: Hashable, Sendable {
  public struct Metric: Hashable, Sendable {
    /// For example `validation accuracy`.
    public var name: String
    public var value: Double

    public init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  public var name: String
  public var description: String
  /// Where the weights come from: tool, file, commit.
  public var source: String
  /// What they were trained on.
  public var data: String
  public var metrics: [Metric]
  public var licence: String
  public var creator: String
  /// ISO 8601. Never taken from the clock: the same input gives the same file.
  public var date: String
  /// What the model must not be used for.
  public var limitations: String

  public init(
    name: String = "", description: String = "", source: String = "", data: String = "",
    metrics: [Metric] = [], licence: String = "", creator: String = "", date: String = "",
    limitations: String = ""
  ) {
    self.name = name
    self.description = description
    self.source = source
    self.data = data
    self.metrics = metrics
    self.licence = licence
    self.creator = creator
    self.date = date
    self.limitations = limitations
  }

  func check() throws(ModelError) {
    for (name, text) in [
      ("name", name), ("description", description), ("source", source), ("data", data),
      ("licence", licence), ("creator", creator), ("date", date), ("limitations", limitations),
    ] {
      try Limits.check(text, "\(name) of the model card", limit: Limits.text)
    }
    guard metrics.count <= Limits.metrics else {
      throw ModelError(
        .limitExceeded, "\(metrics.count) metrics; at most \(Limits.metrics) are accepted")
    }
    for metric in metrics {
      try Limits.check(metric.name, "name of a metric", limit: Limits.name)
      guard metric.value.isFinite else {
        throw ModelError(
          .invalidParameter, "the metric '\(metric.name)' is \(metric.value), expected a number")
      }
    }
  }
}
