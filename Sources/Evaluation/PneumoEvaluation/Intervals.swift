import PneumoSupport

/// Wilson's interval of a proportion with a confidence of 95% (Wilson 1927); `nil` of nothing.
package func wilsonInterval(_ part: Int, of whole: Int) -> ClosedRange<Double>? {
  guard whole > 0 else { return nil }
  let z = 1.959963984540054
  let (n, p) = (Double(whole), Double(part) / Double(whole))
  let center = p + z * z / (2 * n)
  let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
  let divisor = 1 + z * z / n
  return max((center - half) / divisor, 0)...min((center + half) / divisor, 1)
}

/// The 95% percentile intervals of statistics when clusters, such as patients, are drawn with
/// replacement (Efron & Tibshirani 1993, chapter 13). Resamples for which a statistic is undefined are
/// left out; `nil` where it is always.
///
/// - Parameters:
///   - clusters: the number of the cluster of each case.
///   - statistics: how many `evaluate` gives.
///   - evaluate: the statistics where each case counts so often.
package func clusteredBootstrap(
  clusters: [Int], resamples: Int, seed: UInt64, statistics: Int,
  evaluate: (_ weights: [Int]) -> [Double?]
) -> [ClosedRange<Double>?] {
  let numbers = Dictionary(
    uniqueKeysWithValues: Set(clusters).sorted().enumerated().map { ($1, $0) })
  let groups = clusters.map { numbers[$0, default: 0] }
  var random = SplitMix64(state: seed)
  var values = [[Double]](repeating: [], count: statistics)
  var draws = [Int](repeating: 0, count: numbers.count)
  var weights = [Int](repeating: 0, count: clusters.count)
  for _ in 0..<(clusters.isEmpty ? 0 : resamples) {
    for group in draws.indices { draws[group] = 0 }
    for _ in draws.indices { draws[random.below(draws.count)] += 1 }
    for index in groups.indices { weights[index] = draws[groups[index]] }
    for (statistic, value) in evaluate(weights).enumerated() {
      if let value { values[statistic].append(value) }
    }
  }
  return values.map { values in
    let sorted = values.sorted()
    return sorted.isEmpty ? nil : quantile(sorted, 0.025)...quantile(sorted, 0.975)
  }
}

/// Of sorted values, linear between neighbors, as NumPy's default.
private func quantile(_ values: [Double], _ share: Double) -> Double {
  let place = share * Double(values.count - 1)
  let below = Int(place)
  let above = min(below + 1, values.count - 1)
  return values[below] + (values[above] - values[below]) * (place - Double(below))
}
