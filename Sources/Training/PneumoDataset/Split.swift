import PneumoSupport

/// Samples to train on and samples to validate with, as ascending indices of a data set.
package struct Split: Hashable, Sendable {
  /// What is trained on.
  package let training: [Int]
  /// What tells how good it is.
  package let validation: [Int]

  /// A split of your own; ``SampleGroups/checkForLeaks(_:)`` tells whether it is a fair one.
  package init(training: [Int], validation: [Int]) {
    self.training = training
    self.validation = validation
  }
}

extension Dataset {

  /// Everything is trained on.
  package var wholeSplit: Split { Split(training: Array(samples.indices), validation: []) }

  /// Keras' `validation_split`: of each class the first `Int(fraction * n)` of its n samples.
  ///
  /// It may part the images of a patient, and what it takes is no fair sample; it is there to repeat
  /// what Keras does. Throws `invalidSplit` where one side would be empty.
  package func kerasSplit(_ fraction: Double) throws(DatasetError) -> Split {
    guard fraction > 0, fraction < 1 else {
      throw DatasetError(
        .invalidSplit, "a validation fraction of \(fraction), expected one between 0 and 1")
    }
    var left = classCounts().map { Int(fraction * Double($0)) }
    var training: [Int] = []
    var validation: [Int] = []
    for (index, sample) in samples.enumerated() {
      if left[sample.label] > 0 {
        left[sample.label] -= 1
        validation.append(index)
      } else {
        training.append(index)
      }
    }
    guard !validation.isEmpty else {
      throw DatasetError(
        .invalidSplit,
        "a validation fraction of \(fraction) takes no image of any class; raise it", file: source)
    }
    return Split(training: training, validation: validation)
  }
}

extension SampleGroups {

  /// `count` splits; each sample validates in one of them.
  ///
  /// Groups stay whole, and each fold has about the same number of samples of each class: groups are
  /// shuffled by `MersenneTwister([seed, 2])`, and then, larger ones first, each goes to the fold that
  /// has the least of its classes so far, and among equals to the first. Throws `invalidSplit` for
  /// less than two folds, `tooFewPatients` where a class has fewer groups than there are folds.
  package func folds(_ count: Int, seed: UInt32) throws(DatasetError) -> [Split] {
    guard count >= 2 else {
      throw DatasetError(.invalidSplit, "\(count) folds, expected at least 2")
    }
    for (label, name) in dataset.classes.enumerated() {
      let patients = groupCount(of: label)
      guard patients >= count else {
        throw DatasetError(
          .tooFewPatients,
          "the class '\(name)' has \(patients) patients, too few for \(count) folds; ask for at"
            + " most \(patients) folds",
          file: dataset.source)
      }
    }
    var folds = [Fold](repeating: Fold(classes: dataset.classes.count), count: count)
    let shuffled = shuffledGroups(seed: seed)
    let largestFirst = shuffled.indices.sorted {
      (shuffled[$1].count, $0) < (shuffled[$0].count, $1)
    }
    for index in largestFirst {
      let group = shuffled[index]
      let counts = dataset.classCounts(of: group)
      let loads = folds.map { fold in zip(counts, fold.counts).reduce(0) { $0 + $1.0 * $1.1 } }
      let best = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      folds[best].add(group, counts)
    }
    for fold in folds {
      guard let label = fold.counts.firstIndex(of: 0) else { continue }
      throw DatasetError(
        .tooFewPatients,
        "the patients of class '\(dataset.classes[label])' cannot be shared out among \(count)"
          + " folds; ask for fewer",
        file: dataset.source)
    }
    return folds.map { split(validation: $0.samples) }
  }

  private struct Fold {
    var samples: [Int] = []
    var counts: [Int]

    init(classes: Int) { counts = [Int](repeating: 0, count: classes) }

    mutating func add(_ group: [Int], _ groupCounts: [Int]) {
      samples += group
      for label in counts.indices { counts[label] += groupCounts[label] }
    }
  }

  func shuffledGroups(seed: UInt32) -> [[Int]] {
    var random = MersenneTwister(seed: seed, stream: .split)
    var shuffled = groups
    random.shuffle(&shuffled)
    return shuffled
  }

  /// How many groups have samples of the class.
  private func groupCount(of label: Int) -> Int {
    groups.count { group in group.contains { dataset.samples[$0].label == label } }
  }

  /// The split whose validation is given; all other samples are trained on.
  func split(validation: [Int]) -> Split {
    let validating = Set(validation)
    return Split(
      training: dataset.samples.indices.filter { !validating.contains($0) },
      validation: validation.sorted())
  }
}
