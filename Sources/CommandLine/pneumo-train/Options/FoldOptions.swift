import ArgumentParser

/// Cross-validation.
struct FoldOptions: ParsableArguments {
  @Option(help: "Train this many networks, each validated with other patients.")
  var folds: Int?

  @Option(help: "Of the folds, train only this one, from 0.")
  var fold: Int?

  @Flag(
    help: "Freeze the network of each fold, and write ensemble.pnm, which averages their logits.")
  var ensemble = false

  @Flag(
    help: """
      Then train on all images, for as many epochs as the folds needed, with the calibration and \
      threshold that were chosen on them.
      """)
  var refit = false

  func validate() throws {
    try check(folds.map { (2...100).contains($0) } ?? true, "--folds must be 2 to 100.")
    if let fold {
      guard let folds else { throw ValidationError("--fold goes with --folds.") }
      try check((0..<folds).contains(fold), "--fold is \(fold), expected 0 to \(folds - 1).")
    }
    try check(
      !ensemble || folds != nil && fold == nil, "--ensemble goes with --folds, all of them.")
    try check(!refit || folds != nil && fold == nil, "--refit goes with --folds, all of them.")
  }
}
