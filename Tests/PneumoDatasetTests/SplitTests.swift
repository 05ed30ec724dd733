import PneumoSupport
import PneumoSystem
import PneumoTestSupport
import Testing

@testable import PneumoDataset

@Suite("Groups and splits")
struct SplitTests {

  /// A data set of files that hold `contents`, or else their names.
  private func groups(
    _ samples: [(name: String, label: String, patient: String)], contents: [String: String] = [:]
  ) throws -> SampleGroups {
    let folder = try TemporaryFolder()
    var csv = "path,label,patient\n"
    for sample in samples {
      try folder.write(Array((contents[sample.name] ?? sample.name).utf8), to: sample.name)
      csv += "\(sample.name),\(sample.label),\(sample.patient)\n"
    }
    try folder.write(Array(csv.utf8), to: "data.csv")
    return try SampleGroups(reading: Dataset(csv: folder.path("data.csv")))
  }

  /// Patients of one to six images each, in two classes, some in both, with some copies.
  private func random(_ seed: UInt64, patients: Int) throws -> SampleGroups {
    var random = SeededGenerator(seed: seed)
    var samples: [(name: String, label: String, patient: String)] = []
    var contents: [String: String] = [:]
    for patient in 0..<patients {
      let label = patient % 4 == 0 ? "a" : "b"
      for image in 0..<Int.random(in: 1...6, using: &random) {
        let name = "\(patient)-\(image).jpeg"
        samples.append((name, patient % 37 == 5 && image == 1 ? "a" : label, "\(patient)"))
      }
      if patient % 10 == 9 {
        contents["\(patient)-0.jpeg"] = "copy \(patient / 20) of \(label)"
      }
    }
    return try groups(samples, contents: contents)
  }

  @Test func joinsPatientsAndCopies() throws {
    let groups = try groups(
      [
        ("0", "x", "p"), ("1", "y", "q"), ("2", "x", "p"), ("3", "x", "r"), ("4", "x", "s"),
        ("5", "x", "r"), ("6", "y", "t"), ("7", "y", "t"),
      ], contents: ["2": "same", "3": "same", "6": "twin", "7": "twin", "4": "emas"])
    // The samples are those of x, 0 2 3 4 5, and then those of y, 1 6 7.
    #expect(groups.identicalImages == [[1, 2], [6, 7]])
    #expect(groups.groups == [[0, 1, 2, 4], [3], [5], [6, 7]])
  }

  @Test func namesCopiesOfDifferentClasses() throws {
    let error = try #require(throws: DatasetError.self) {
      try groups(
        [("one", "x", "p"), ("two", "y", "q"), ("three", "y", "r")],
        contents: ["one": "same", "three": "same"])
    }
    #expect(error.kind == .conflictingLabels)
    #expect(error.description.contains("/one: ") && error.description.contains("/three"))
    #expect(error.reason.contains("'x'") && error.reason.contains("'y'"))
  }

  @Test(arguments: 0..<4) func foldsAreFairAndWhole(seed: UInt32) throws {
    let groups = try random(UInt64(seed), patients: 120)
    let dataset = groups.dataset
    let folds = try groups.folds(5, seed: seed)
    #expect(folds.flatMap(\.validation).sorted() == Array(dataset.samples.indices))
    for fold in folds {
      #expect(fold.training + fold.validation != [])
      #expect((fold.training + fold.validation).sorted() == Array(dataset.samples.indices))
      try groups.checkForLeaks(fold)
      for (part, all) in zip(dataset.classCounts(of: fold.validation), dataset.classCounts()) {
        #expect(abs(Double(part) - Double(all) / 5) <= 3, "\(part) of \(all)")
      }
      let sizes = folds.map(\.validation.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 4, "\(sizes)")
    }
    #expect(try groups.folds(5, seed: seed) == folds)
    #expect(try groups.folds(5, seed: seed + 1) != folds)
  }

  /// Results of folds are compared over the years: the same seed gives the same folds for ever.
  @Test func foldsStayAsTheyAre() throws {
    var samples: [(name: String, label: String, patient: String)] = []
    for patient in 0..<10 {
      for image in 0...patient % 4 { samples.append(("a\(patient)-\(image)", "a", "a\(patient)")) }
    }
    for patient in 0..<25 {
      for image in 0...patient % 2 {
        let label = patient == 7 && image == 1 ? "a" : "b"
        samples.append(("b\(patient)-\(image)", label, "b\(patient)"))
      }
    }
    #expect(
      try groups(samples).folds(3, seed: 42).map(\.validation) == [
        [1, 2, 6, 7, 8, 9, 21, 22, 24, 25, 26, 36, 39, 40, 41, 43, 44, 45, 58, 59],
        [10, 11, 12, 16, 17, 18, 19, 23, 30, 33, 37, 38, 46, 49, 50, 51, 53, 54, 56, 57],
        [0, 3, 4, 5, 13, 14, 15, 20, 27, 28, 29, 31, 32, 34, 35, 42, 47, 48, 52, 55],
      ])
  }

  @Test func tooFewPatientsAreNamed() throws {
    let groups = try groups([
      ("0", "x", "p"), ("1", "x", "q"), ("2", "x", "q"), ("3", "y", "r"), ("4", "y", "s"),
      ("5", "y", "t"),
    ])
    #expect(try groups.folds(2, seed: 1).count == 2)
    let error = try #require(throws: DatasetError.self) { try groups.folds(3, seed: 1) }
    #expect(error.kind == .tooFewPatients)
    #expect(error.reason.contains("'x' has 2 patients"))
    for count in [1, 0, -1] {
      let error = try #require(throws: DatasetError.self) { try groups.folds(count, seed: 1) }
      #expect(error.kind == .invalidSplit)
    }
  }

  /// About the share that was asked for of each class, no patient and no copy on both sides, and the
  /// same for the same seed.
  @Test(arguments: [0.1, 0.25, 0.5, 0.8])
  func holdsOutAFairSample(fraction: Double) throws {
    let groups = try random(7, patients: 200)
    let dataset = groups.dataset
    let split = try groups.holdOut(fraction, seed: 3)
    try groups.checkForLeaks(split)
    #expect((split.training + split.validation).sorted() == Array(dataset.samples.indices))
    for (count, all) in zip(dataset.classCounts(of: split.validation), dataset.classCounts()) {
      #expect(abs(Double(count) - fraction * Double(all)) <= 3, "\(count) of \(all)")
    }
    #expect(try groups.holdOut(fraction, seed: 3) == split)
    #expect(try groups.holdOut(fraction, seed: 4) != split)
  }

  /// Keras' rule takes the first by name; a fair sample does not care where in the list an image is.
  @Test func namesDoNotDecideWhatIsHeldOut() throws {
    var samples: [(name: String, label: String, patient: String)] = []
    for index in 0..<300 {
      let number = String(1000 + index)
      samples.append((number, index % 2 == 0 ? "x" : "y", number))
    }
    let groups = try groups(samples)
    var places: [Int] = []
    for seed in 0..<40 as Range<UInt32> {
      places += try groups.holdOut(0.1, seed: seed).validation.map { $0 % 150 }
    }
    // The mean place of 1,200 draws has a standard deviation of 43.3 / sqrt(1200) = 1.25.
    let mean = Double(places.reduce(0, +)) / Double(places.count)
    #expect(places.count == 1200)
    #expect(abs(mean - 74.5) < 6, "\(mean)")
  }

  @Test func everyClassIsOnBothSides() throws {
    // Class x is one patient of ten images and one of one; what is wanted is half an image.
    var samples = (0..<10).map { ("x\($0)", "x", "p") } + [("xx", "x", "q")]
    samples += (0..<40).map { ("y\($0)", "y", "y\($0)") }
    let split = try groups(samples.map { (name: $0.0, label: $0.1, patient: $0.2) })
      .holdOut(0.05, seed: 1)
    #expect(split.validation.count { $0 < 11 } == 1)
    #expect(split.validation.contains(10))

    let error = try #require(throws: DatasetError.self) {
      try groups([("1", "x", "p"), ("2", "x", "p"), ("3", "y", "r"), ("4", "y", "s")])
        .holdOut(0.1, seed: 1)
    }
    #expect(error.kind == .tooFewPatients && error.reason.contains("class 'x'"))
    for fraction in [0, 1, -0.5, .nan] {
      let error = try #require(throws: DatasetError.self) {
        try groups([("1", "x", "p"), ("2", "y", "q")]).holdOut(fraction, seed: 1)
      }
      #expect(error.kind == .invalidSplit)
    }
  }

  @Test func kerasTakesTheFirst() throws {
    var samples: [(name: String, label: String, patient: String)] = []
    for index in 0..<30 { samples.append(("\(index)", index % 3 == 0 ? "x" : "y", "\(index)")) }
    let dataset = try groups(samples).dataset
    let split = try dataset.kerasSplit(0.19)
    // int(0.19 * 10) = 1 of class x, int(0.19 * 20) = 3 of class y.
    #expect(split.validation == [0, 10, 11, 12])
    #expect(split.training == Array(1..<10) + Array(13..<30))
    // 0.29 * 100 is 28.999… in floating point, in Python too.
    #expect(Int(0.29 * 100.0) == 28)
    let error = try #require(throws: DatasetError.self) { try dataset.kerasSplit(0.01) }
    #expect(error.kind == .invalidSplit)
    for fraction in [0, 1, -0.5, .nan] {
      let error = try #require(throws: DatasetError.self) { try dataset.kerasSplit(fraction) }
      #expect(error.kind == .invalidSplit)
    }
    #expect(dataset.wholeSplit == Split(training: Array(0..<30), validation: []))
  }

  @Test func leaksAreNamed() throws {
    let groups = try groups(
      [
        ("one", "x", "p"), ("two", "x", "p"), ("three", "y", "q"), ("four", "y", "r"),
        ("five", "x", "s"),
      ], contents: ["three": "same", "four": "same"])
    // In the order five, one, two, four, three.
    try groups.checkForLeaks(Split(training: [1, 2], validation: [3, 4]))
    let cases: [([Int], [Int], [String])] = [
      ([1, 4], [2], ["patient 'p'", "/one", "/two"]), ([4, 1], [3], ["/three", "/four"]),
      ([0, 1], [0], ["/five", "both sides"]),
    ]
    for (training, validation, words) in cases {
      let error = try #require(throws: DatasetError.self) {
        try groups.checkForLeaks(Split(training: training, validation: validation))
      }
      #expect(error.kind == .leak)
      #expect(words.allSatisfy(error.description.contains), "\(error)")
    }
  }

  @Test func disjointSetsAreAPartition() {
    var sets = DisjointSets(count: 7)
    for (a, b) in [(5, 6), (6, 1), (2, 2), (3, 4), (1, 5)] { sets.join(a, b) }
    #expect(sets.sets() == [[0], [1, 5, 6], [2], [3, 4]])
  }
}

extension SampleGroups {
  /// The groups of files that are no images.
  init(reading dataset: Dataset) throws {
    try self.init(
      dataset,
      hashes: try dataset.samples.map { ContentHash(try readFile($0.path, limit: 1 << 20)) })
  }
}
