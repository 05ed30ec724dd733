extension SampleGroups {
  /// A split whose validation is a fair sample of the data set: about `fraction` of each class, by
  /// whole groups that are drawn at random.
  ///
  /// Groups are shuffled by `RandomState([seed, 2])`. Each is taken in turn where that brings the
  /// counts of its classes nearer to `fraction` of them, and leaves images of each class to train on;
  /// a class that then has none gets its smallest group. Throws `invalidSplit` for a fraction outside
  /// 0 to 1, `tooFewPatients` where a class cannot be had on both sides.
  package func holdOut(_ fraction: Double, seed: UInt32) throws(DatasetError) -> Split {
    guard fraction > 0, fraction < 1 else {
      throw DatasetError(
        .invalidSplit, "a validation fraction of \(fraction), expected one between 0 and 1")
    }
    let shuffled = shuffledGroups(seed: seed).map { ($0, dataset.classCounts(of: $0)) }
    var left = dataset.classCounts()
    var draw = Draw(wanted: left.map { max(fraction * Double($0), 1) })
    func isSpared(_ counts: [Int]) -> Bool { zip(left, counts).allSatisfy { $0 == 0 || $0 > $1 } }
    for (group, counts) in shuffled where draw.isNearer(with: counts) && isSpared(counts) {
      draw.add(group, counts)
      left = zip(left, counts).map { $0 - $1 }
    }
    for label in left.indices where draw.counts[label] == 0 && left[label] > 0 {
      let candidates = shuffled.filter { $0.1[label] > 0 && isSpared($0.1) }
      guard let (group, counts) = candidates.min(by: { $0.0.count < $1.0.count }) else {
        throw DatasetError(
          .tooFewPatients,
          "the images of class '\(dataset.classes[label])' belong to too few patients to be both "
            + "trained on and validated with; add patients, or train without validation",
          file: dataset.source)
      }
      draw.add(group, counts)
      left = zip(left, counts).map { $0 - $1 }
    }
    return split(validation: draw.samples)
  }

  /// What was drawn so far.
  private struct Draw {
    /// How many images of each class are wanted.
    let wanted: [Double]
    private(set) var counts: [Int]
    private(set) var samples: [Int] = []

    init(wanted: [Double]) {
      self.wanted = wanted
      counts = [Int](repeating: 0, count: wanted.count)
    }

    /// Whether a group of these counts brings the sum of all distances from `wanted` down.
    func isNearer(with added: [Int]) -> Bool {
      let change = wanted.indices.reduce(0.0) { sum, label in
        let missing = wanted[label] - Double(counts[label])
        return sum + abs(missing - Double(added[label])) - abs(missing)
      }
      return change < 0
    }

    mutating func add(_ group: [Int], _ added: [Int]) {
      samples += group
      for label in counts.indices { counts[label] += added[label] }
    }
  }
}
