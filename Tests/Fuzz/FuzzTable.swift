import PneumoReport

/// Entry point for libFuzzer: a table of predictions.
///
/// Built separately from the package, with `-sanitize=fuzzer,address`. Arbitrary bytes must give
/// either cases for which each model's probabilities sum to 1, or an error. The sanitizers check
/// the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTable(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let set = try? PredictionSet(contents: [("table", bytes)]) else { return 0 }
  precondition(set.classes.count >= 2 && set.cases.allSatisfy { $0.label < set.classes.count })
  for model in set.models {
    precondition(model.logits.count == set.cases.count && model.classes.count == set.cases.count)
    for row in model.probabilities {
      precondition(row.count == set.classes.count && abs(row.reduce(0, +) - 1) < 1e-9)
    }
  }
  return 0
}
