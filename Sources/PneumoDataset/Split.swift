/// Which samples are learned from, and which are looked at to choose.
public struct Split: Hashable, Sendable {
  /// Indices of samples, ascending.
  public let training: [Int]
  /// Indices of samples, ascending.
  public let validation: [Int]

  init(training: [Int], validation: [Int]) {
    self.training = training
    self.validation = validation
  }

  /// Keras' rule: of each class the first `fraction` of the files, rounded down, is for validation.
  /// It knows no patients: see ``checkForLeaks(_:_:)``.
  public static func keras(_ dataset: Dataset, fraction: Double) -> Split {
    var split: (training: [Int], validation: [Int]) = ([], [])
    for label in dataset.classes.indices {
      let samples = dataset.samples.indices.filter { dataset.samples[$0].label == label }
      let count = Int(fraction * Double(samples.count))
      split.validation += samples.prefix(count)
      split.training += samples.dropFirst(count)
    }
    return Split(training: split.training.sorted(), validation: split.validation.sorted())
  }

  /// Every sample is for training.
  public static func all(of dataset: Dataset) -> Split {
    Split(training: Array(dataset.samples.indices), validation: [])
  }

  /// `count` splits, in which each sample is for validation once. Groups stay whole, and each fold
  /// has nearly the same share of each class.
  ///
  /// Groups come in a seeded order, large ones first; each goes to the fold that lacks its class most.
  public static func folds(
    _ dataset: Dataset, _ groups: Groups, count: Int, seed: Int
  ) throws(DatasetError) -> [Split] {
    let classes = dataset.classes.count
    var members = [[Int]](repeating: [], count: groups.count)
    for (index, group) in groups.group.enumerated() { members[group].append(index) }
    for (label, name) in dataset.classes.enumerated() {
      let patients = members.count { $0.contains { dataset.samples[$0].label == label } }
      guard patients >= count else {
        throw DatasetError(
          .tooFewPatients,
          "class \(name) has \(patients) patients, expected at least \(count), one a fold; take fewer "
            + "folds")
      }
    }
    var random = NumPyRandom(seed: [UInt32(truncatingIfNeeded: seed), 2])
    let shuffled = random.permutation(members.count)
    let order = shuffled.indices.sorted {
      (members[shuffled[$1]].count, $0) < (members[shuffled[$0]].count, $1)
    }.map { shuffled[$0] }
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: count)
    var fold = [Int](repeating: 0, count: dataset.samples.count)
    for group in order {
      let labels = members[group].map { dataset.samples[$0].label }
      let best = (0..<count).min { a, b in
        let (x, y) = (load(counts[a], labels), load(counts[b], labels))
        return (x, a) < (y, b)
      }!
      for index in members[group] {
        fold[index] = best
        counts[best][dataset.samples[index].label] += 1
      }
    }
    return (0..<count).map { number in
      Split(
        training: fold.indices.filter { fold[$0] != number },
        validation: fold.indices.filter { fold[$0] == number })
    }
  }

  /// How many samples a fold has of the classes of a group.
  private static func load(_ counts: [Int], _ labels: [Int]) -> Int {
    labels.reduce(0) { $0 + counts[$1] }
  }

  /// Fails where a group stands on both sides.
  public func checkForLeaks(_ dataset: Dataset, _ groups: Groups) throws(DatasetError) {
    var first: [Int: Int] = [:]
    for index in training where first[groups.group[index]] == nil {
      first[groups.group[index]] = index
    }
    for index in validation {
      guard let other = first[groups.group[index]] else { continue }
      let (a, b) = (dataset.samples[other], dataset.samples[index])
      throw DatasetError(
        .leak,
        "\(a.path) (training) and \(b.path) (validation) are of one patient or the same image; "
          + "validation would be too good: split by patients with --folds")
    }
  }

  /// This split with what leaks moved: groups that stand on both sides go to training.
  public func withoutLeaks(_ groups: Groups) -> Split {
    let inTraining = Set(training.map { groups.group[$0] })
    let moved = validation.filter { inTraining.contains(groups.group[$0]) }
    return Split(
      training: (training + moved).sorted(),
      validation: validation.filter { !inTraining.contains(groups.group[$0]) })
  }
}
