/// What a person should know before using a model. Every text may be empty.
public struct ModelCard: Hashable, Sendable {
  /// A number that was measured.
  public struct Metric: Hashable, Sendable {
    /// For example `validation accuracy`.
    public var name: String
    /// In the unit that the name says, if any.
    public var value: Double

    /// A metric.
    public init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// What the model is called.
  public var name: String
  /// What the model does and what it is made of.
  public var description: String
  /// Where the weights come from: tool, file, commit.
  public var source: String
  /// What they were trained on.
  public var data: String
  /// What was measured, in this order.
  public var metrics: [Metric]
  /// Under which terms the weights may be used.
  public var license: String
  /// Who made the model.
  public var creator: String
  /// ISO 8601. Never taken from the clock: the same input gives the same file.
  public var date: String
  /// What the model must not be used for.
  public var limitations: String

  /// A card whose texts are empty unless given.
  public init(
    name: String = "", description: String = "", source: String = "", data: String = "",
    metrics: [Metric] = [], license: String = "", creator: String = "", date: String = "",
    limitations: String = ""
  ) {
    self.name = name
    self.description = description
    self.source = source
    self.data = data
    self.metrics = metrics
    self.license = license
    self.creator = creator
    self.date = date
    self.limitations = limitations
  }

  func check() throws(ModelError) {
    for (name, text) in [
      ("name", name), ("description", description), ("source", source), ("data", data),
      ("license", license), ("creator", creator), ("date", date), ("limitations", limitations),
    ] {
      try Limits.check(text: text, "\(name) of the model card")
    }
    guard metrics.count <= Limits.metrics else {
      throw ModelError(
        .limitExceeded, "\(metrics.count) metrics; at most \(Limits.metrics) are accepted")
    }
    for metric in metrics {
      try Limits.check(name: metric.name, "name of a metric")
      guard metric.value.isFinite else {
        throw ModelError(
          .invalidParameter, "the metric '\(metric.name)' is \(metric.value), expected a number")
      }
    }
  }
}
