/// How the threshold above which a case is positive is chosen from validation predictions.
package enum OperatingPoint: Hashable, Sendable, CustomStringConvertible {
  /// The greatest sum of recall and specificity (Youden 1950).
  case youden
  /// The greatest threshold that still finds this share of the positives.
  case sensitivity(Double)
  /// The least cost, where a missed positive and a false alarm cost so much (Metz 1978).
  case cost(falseNegative: Double, falsePositive: Double)
  /// A probability.
  case fixed(Double)

  /// `youden`, `sensitivity=0.95`, `cost=FN:5,FP:1`, or a probability such as `0.5`; `nil` for
  /// anything else.
  package init?(_ text: String) {
    let words = text.split(separator: "=", omittingEmptySubsequences: false)
    if text == "youden" {
      self = .youden
    } else if words.count == 2, words[0] == "sensitivity", let share = Double(words[1]),
      share > 0, share <= 1
    {
      self = .sensitivity(share)
    } else if words.count == 2, words[0] == "cost", let costs = Self.costs(words[1]) {
      self = .cost(falseNegative: costs.falseNegative, falsePositive: costs.falsePositive)
    } else if let probability = Double(text), (0...1).contains(probability) {
      self = .fixed(probability)
    } else {
      return nil
    }
  }

  /// Reads `FN:5,FP:1`, in either order.
  private static func costs(
    _ text: Substring
  ) -> (falseNegative: Double, falsePositive: Double)? {
    var costs: [Substring: Double] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: ":", omittingEmptySubsequences: false)
      guard words.count == 2, let cost = Double(words[1]), cost > 0, cost.isFinite,
        costs.updateValue(cost, forKey: words[0]) == nil
      else { return nil }
    }
    guard costs.count == 2, let missed = costs["FN"], let alarm = costs["FP"] else { return nil }
    return (missed, alarm)
  }

  /// What `init` takes.
  package var description: String {
    switch self {
    case .youden: "youden"
    case .sensitivity(let share): "sensitivity=\(share)"
    case .cost(let missed, let alarm): "cost=FN:\(missed),FP:\(alarm)"
    case .fixed(let probability): "\(probability)"
    }
  }

  /// The threshold: a case is positive above it. It lies midway between two neighboring
  /// probabilities; of equally good ones it is the middle one. 0.5 where a class is absent.
  ///
  /// For a model, whose file holds a threshold in single precision, give probabilities in single
  /// precision: then rounding the threshold to it moves no case across.
  package func threshold(labels: [Int], probabilities: [Double]) -> Double {
    if case .fixed(let probability) = self { return probability }
    let positives = labels.count { $0 == 1 }
    let negatives = labels.count - positives
    guard positives > 0, negatives > 0 else { return 0.5 }
    let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
    // Candidates from the greatest down: all cases before `end` are above the threshold.
    var candidates: [(threshold: Double, found: Int, wrong: Int)] = []
    var (found, wrong, end) = (0, 0, 0)
    if case .cost = self, let greatest = order.first.map({ probabilities[$0] }) {
      candidates.append(((1 + greatest) / 2, 0, 0))  // predicting no positive may cost least
    }
    while end < order.count {
      let level = probabilities[order[end]]
      while end < order.count, probabilities[order[end]] == level {
        if labels[order[end]] == 1 { found += 1 } else { wrong += 1 }
        end += 1
      }
      let next = end < order.count ? probabilities[order[end]] : 0
      candidates.append((Self.between(next, level), found, wrong))
    }
    let gain: (Int, Int) -> Double
    switch self {
    case .sensitivity(let share):
      return candidates.first { Double($0.found) / Double(positives) >= share }?.threshold ?? 0
    case .cost(let missed, let alarm):
      gain = { missed * Double($0) - alarm * Double($1) }
    case .youden, .fixed:
      gain = { Double($0) / Double(positives) - Double($1) / Double(negatives) }
    }
    let gains = candidates.map { gain($0.found, $0.wrong) }
    let best = gains.max() ?? 0
    let equal = candidates.indices.filter { gains[$0] == best }
    return candidates[equal[equal.count / 2]].threshold
  }

  /// Midway, from `lower` on and below `upper`: in single precision where such a number lies there.
  private static func between(_ lower: Double, _ upper: Double) -> Double {
    let middle = (lower + upper) / 2
    let nearest = Float(middle)
    let candidates = [Double(nearest), Double(nearest.nextDown), middle]
    return candidates.first { lower <= $0 && $0 < upper } ?? lower
  }
}
