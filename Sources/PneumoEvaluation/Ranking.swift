/// Area under the receiver operating characteristic: the share of pairs of a positive and a negative in
/// which the positive has the greater score, ties counting one half (Mann & Whitney 1947). `nil` where
/// one class is absent. Class 1 is the positive one.
public func auroc(labels: [Int], scores: [Double]) -> Double? {
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  let positives = labels.count { $0 == 1 }
  let negatives = labels.count - positives
  guard positives > 0, negatives > 0 else { return nil }
  // Sum of the positives' ranks, ties sharing their mean rank.
  var rankSum = 0.0
  var first = 0
  while first < order.count {
    var end = first
    while end < order.count, scores[order[end]] == scores[order[first]] { end += 1 }
    let rank = Double(first + 1 + end) / 2
    rankSum += rank * Double(order[first..<end].count { labels[$0] == 1 })
    first = end
  }
  let pairs = Double(positives) * Double(negatives)
  return (rankSum - Double(positives) * Double(positives + 1) / 2) / pairs
}
