import PneumoDataset

/// What is in a collection of images.
package struct Census: Sendable {
  /// What is in a class, in a split, or in all of it.
  package struct Count: Sendable {
    /// Images that can be decoded.
    package let images: Int
    /// Whose they are.
    package let patients: Int
    /// Different pairs of width and height.
    package let sizes: Int
    /// Widths in pixels; `nil` where there are no images, as are heights.
    package let widths: Extremes?
    /// Heights in pixels.
    package let heights: Extremes?
    /// Images of each kind.
    package let colors: [ColorKind: Int]

    fileprivate init(_ images: [(sample: Sample, facts: ImageFacts)]) {
      self.images = images.count
      patients = Set(images.map(\.sample.patient)).count
      sizes = Set(images.map { [$0.facts.width, $0.facts.height] }).count
      widths = Extremes(images.map(\.facts.width))
      heights = Extremes(images.map(\.facts.height))
      colors = images.reduce(into: [:]) { $0[$1.facts.color, default: 0] += 1 }
    }
  }

  /// One split: its name, its classes in the order of ``ImageCollection/classes``, and all of it.
  package struct Split: Sendable {
    /// As of ``ImageCollection/Split``.
    package let name: String
    /// One a class, also where it has no images.
    package let classes: [Count]
    /// All classes together.
    package let all: Count
  }

  /// What was counted.
  package let collection: ImageCollection
  /// The splits, as of the collection.
  package let splits: [Split]
  /// All splits together.
  package let all: Count
  /// All classes of all splits: one count a class.
  package let classes: [Count]
  /// Files and folders that a trainer could not use, or would pass over, by their paths.
  package let problems: [FileProblem]
  /// Files that are no images, and do not pretend to be.
  package let ignoredFiles: Int

  /// Decodes all images of a collection. Throws `canceled`.
  package init(_ collection: ImageCollection, _ scan: Scan = Scan()) throws(DatasetError) {
    let places = collection.splits.indices.flatMap { split in
      collection.splits[split].samples.map { (split: split, sample: $0) }
    }
    let facts = try scan.map(places.count) { index in
      Result { () throws(FileProblem) in try ImageFacts(file: places[index].sample.path) }
    }
    let images = zip(places, facts).compactMap { place, facts in
      (try? facts.get()).map { (split: place.split, sample: place.sample, facts: $0) }
    }
    func count(split: Int? = nil, label: Int? = nil) -> Count {
      Count(
        images.filter { image in
          (split.map { $0 == image.split } ?? true)
            && (label.map { $0 == image.sample.label } ?? true)
        }.map { ($0.sample, $0.facts) })
    }
    self.collection = collection
    splits = collection.splits.indices.map { split in
      Split(
        name: collection.splits[split].name,
        classes: collection.classes.indices.map { count(split: split, label: $0) },
        all: count(split: split))
    }
    classes = collection.classes.indices.map { count(label: $0) }
    all = count()
    let others = collection.splits.flatMap(\.others)
    let otherProblems = others.compactMap { problem(ofOther: $0) }
    ignoredFiles = others.count - otherProblems.count
    let broken = facts.compactMap { result -> FileProblem? in
      guard case .failure(let problem) = result else { return nil }
      return problem
    }
    problems = (collection.problems + broken + otherProblems).sorted {
      $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
    }
  }

  /// How many problems there are of each kind, in the order of the kinds.
  package var problemCounts: [(kind: FileProblem.Kind, count: Int)] {
    FileProblem.Kind.allCases.compactMap { kind in
      let count = problems.count { $0.kind == kind }
      return count > 0 ? (kind, count) : nil
    }
  }
}
