/// Where the time of training goes.
public struct TrainingProfile: Sendable {
  /// A direction through the network.
  public enum Pass: String, Hashable, Sendable, CaseIterable {
    case forward
    case backward
    /// The step of the optimiser.
    case update
  }

  /// One layer in one pass.
  public struct Entry: Sendable {
    /// The layer, or what else is done.
    public let layer: String
    /// The direction.
    public let pass: Pass
    /// Wall-clock time.
    public fileprivate(set) var seconds = 0.0
    /// Multiplications with additions, as the definition of the layer counts them.
    public fileprivate(set) var multiplyAdds = 0
  }

  /// In the order in which they first ran.
  public private(set) var entries: [Entry] = []

  /// Nothing was timed yet.
  public init() {}

  /// Adds a phase. The multiplications of a layer are counted once for all its phases.
  mutating func add(_ time: Duration, _ layer: String, _ pass: Pass, multiplyAdds: Int = 0) {
    let index =
      entries.firstIndex { $0.layer == layer && $0.pass == pass } ?? entries.endIndex
    if index == entries.endIndex { entries.append(Entry(layer: layer, pass: pass)) }
    entries[index].seconds += time / .seconds(1)
    if lastPhase?.layer != layer || lastPhase?.pass != pass {
      entries[index].multiplyAdds += multiplyAdds
    }
    lastPhase = (layer, pass)
  }

  private var lastPhase: (layer: String, pass: Pass)?
}
