/// How the threshold above which a case is positive is chosen from validation predictions.
public enum OperatingPoint: Hashable, Sendable, CustomStringConvertible {
  /// The greatest sum of recall and specificity (Youden 1950).
  case youden
  /// The greatest threshold that still finds this share of the positives.
  case sensitivity(Double)
  /// A probability.
  case fixed(Double)

  /// `youden`, `sensitivity=0.95`, or a probability such as `0.5`; `nil` for anything else.
  public init?(_ text: String) {
    let words = text.split(separator: "=", omittingEmptySubsequences: false)
    if text == "youden" {
      self = .youden
    } else if words.count == 2, words[0] == "sensitivity", let share = Double(words[1]),
      share > 0, share <= 1
    {
      self = .sensitivity(share)
    } else if let probability = Double(text), (0...1).contains(probability) {
      self = .fixed(probability)
    } else {
      return nil
    }
  }

  /// What `init` takes.
  public var description: String {
    switch self {
    case .youden: "youden"
    case .sensitivity(let share): "sensitivity=\(share)"
    case .fixed(let probability): "\(probability)"
    }
  }

  /// The threshold. It lies midway between two neighbouring probabilities, so that no rounding moves a
  /// case across it. Of equally good ones the middle one. 0.5 where a class is absent.
  public func threshold(labels: [Int], probabilities: [Double]) -> Double {
    if case .fixed(let probability) = self { return probability }
    let positives = labels.count { $0 == 1 }
    let negatives = labels.count - positives
    guard positives > 0, negatives > 0 else { return 0.5 }
    let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
    // Candidates from the greatest down: all cases before `end` are above the threshold.
    var candidates: [(threshold: Double, recall: Double, youden: Double)] = []
    var (found, wrong, end) = (0, 0, 0)
    while end < order.count {
      let level = probabilities[order[end]]
      while end < order.count, probabilities[order[end]] == level {
        if labels[order[end]] == 1 { found += 1 } else { wrong += 1 }
        end += 1
      }
      let next = end < order.count ? probabilities[order[end]] : 0
      let recall = Double(found) / Double(positives)
      candidates.append(((level + next) / 2, recall, recall - Double(wrong) / Double(negatives)))
    }
    switch self {
    case .sensitivity(let share):
      return candidates.first { $0.recall >= share }?.threshold ?? 0
    case .youden, .fixed:
      let best = candidates.map(\.youden).max() ?? 0
      let equal = candidates.filter { $0.youden == best }
      return equal[equal.count / 2].threshold
    }
  }
}
