/// The largest |a - b| / max(1, |b|); infinite where the counts differ or a number is NaN.
public func largestError(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  var largest = 0.0
  for (x, y) in zip(a, b) {
    let error = abs(Double(x) - y) / max(1, abs(y))
    guard error.isFinite else { return .infinity }
    largest = max(largest, error)
  }
  return largest
}
