import PneumoSupport

extension Calibration {
  /// Logits of all cases, each calibrated by the cases of other clusters: what fitting a calibration on
  /// data like these would give on new ones. `nil` with fewer clusters than folds.
  ///
  /// - Parameters:
  ///   - logits: `outputs` of each case.
  ///   - clusters: the number of each case's patient.
  package static func crossFitted(
    labels: [Int], logits: [Double], outputs: Int, clusters: [Int], folds: Int = 5,
    seed: UInt64 = 1
  ) -> [Double]? {
    var random = SplitMix64(state: seed)
    var order = Set(clusters).sorted()
    guard order.count >= folds else { return nil }
    for last in order.indices.dropFirst().reversed() {
      order.swapAt(last, random.below(last + 1))
    }
    let fold = Dictionary(
      uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset % folds) })
    var calibrated = logits
    for number in 0..<folds {
      let isOther = clusters.map { fold[$0] != number }
      let others = labels.indices.filter { isOther[$0] }
      let calibration = Calibration(
        fitting: others.map { labels[$0] },
        logits: others.flatMap { logits[$0 * outputs..<($0 + 1) * outputs] }, outputs: outputs)
      for index in labels.indices where !isOther[index] {
        let row = index * outputs..<(index + 1) * outputs
        calibrated.replaceSubrange(row, with: calibration(Array(logits[row])))
      }
    }
    return calibrated
  }
}
