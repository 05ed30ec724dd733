/// Where the time of training goes.
package struct TrainingProfile: Sendable {
  /// A direction through the network.
  package enum Pass: String, Hashable, Sendable, CaseIterable {
    case forward
    case backward
    /// The step of the optimizer.
    case update
  }

  /// One layer in one pass.
  package struct Entry: Sendable {
    /// The layer, or what else is done.
    package let layer: String
    /// The direction.
    package let pass: Pass
    /// Wall-clock time.
    package fileprivate(set) var seconds = 0.0
    /// Multiplications with additions, as the definition of the layer counts them.
    package fileprivate(set) var multiplyAdds = 0
  }

  /// In the order in which they first ran.
  package private(set) var entries: [Entry] = []

  /// Nothing was timed yet.
  package init() {}

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
