/// Wilson's interval of a proportion with a confidence of 95% (Wilson 1927); `nil` of nothing.
public func wilsonInterval(_ part: Int, of whole: Int) -> ClosedRange<Double>? {
  guard whole > 0 else { return nil }
  let z = 1.959963984540054
  let (n, p) = (Double(whole), Double(part) / Double(whole))
  let center = p + z * z / (2 * n)
  let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
  let divisor = 1 + z * z / n
  return max((center - half) / divisor, 0)...min((center + half) / divisor, 1)
}

/// The 95% percentile interval of a statistic when clusters, such as patients, are drawn with
/// replacement (Efron & Tibshirani 1993, chapter 13). Resamples for which it is undefined are left
/// out; `nil` where it is always.
///
/// - Parameters:
///   - clusters: the number of the cluster of each case.
///   - statistic: of the cases with these indices.
public func clusteredBootstrap(
  clusters: [Int], resamples: Int, seed: UInt64, statistic: ([Int]) -> Double?
) -> ClosedRange<Double>? {
  var members: [Int: [Int]] = [:]
  for (index, cluster) in clusters.enumerated() { members[cluster, default: []].append(index) }
  let groups = members.keys.sorted().map { members[$0, default: []] }
  guard !groups.isEmpty else { return nil }
  var state = seed
  var values: [Double] = []
  for _ in 0..<resamples {
    var cases: [Int] = []
    for _ in groups {
      // SplitMix64 (Steele et al. 2014), multiplied into the range.
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      cases += groups[Int(z.multipliedFullWidth(by: UInt64(groups.count)).high)]
    }
    if let value = statistic(cases) { values.append(value) }
  }
  guard !values.isEmpty else { return nil }
  values.sort()
  func quantile(_ share: Double) -> Double {
    let place = share * Double(values.count - 1)
    let below = Int(place)
    let above = min(below + 1, values.count - 1)
    return values[below] + (values[above] - values[below]) * (place - Double(below))
  }
  return quantile(0.025)...quantile(0.975)
}
