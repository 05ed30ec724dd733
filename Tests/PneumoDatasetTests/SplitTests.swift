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
    return try SampleGroups(Dataset(csv: folder.path("data.csv")))
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
    #expect(groups.identicalImages == [[2, 3], [6, 7]])
    #expect(groups.groups == [[0, 2, 3, 5], [1], [4], [6, 7]])
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

  @Test(arguments: 0..<4) func groupedSplitsAreFairAndWhole(seed: UInt32) throws {
    let groups = try random(UInt64(seed), patients: 120)
    let split = try groups.groupedSplit(0.2, seed: seed)
    try groups.checkForLeaks(split)
    #expect(
      (split.training + split.validation).sorted() == Array(groups.dataset.samples.indices))
    let all = groups.dataset.classCounts()
    for (part, all) in zip(groups.dataset.classCounts(of: split.validation), all) {
      #expect(abs(Double(part) - 0.2 * Double(all)) <= 2)
    }
    #expect(try groups.groupedSplit(0.2, seed: seed) == split)
    #expect(try groups.groupedSplit(0.2, seed: seed + 1) != split)
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

  @Test func groupedSplitNeedsBothSides() throws {
    let groups = try groups([("0", "x", "p"), ("1", "x", "p"), ("2", "y", "r"), ("3", "y", "s")])
    let error = try #require(throws: DatasetError.self) {
      try groups.groupedSplit(0.5, seed: 1)
    }
    // One patient has all of 'x'.
    #expect(error.kind == .tooFewPatients && error.reason.contains("'x'"))
    for fraction in [0, 1, -0.5, .nan] {
      let error = try #require(throws: DatasetError.self) {
        try groups.groupedSplit(fraction, seed: 1)
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
    #expect(split.validation == [0, 1, 2, 4])
    #expect(split.training == [3] + Array(5..<30))
    // 0.29 * 100 is 28.999… in floating point, in Python too.
    #expect(Int(0.29 * 100.0) == 28)
    let error = try #require(throws: DatasetError.self) { try dataset.kerasSplit(0.01) }
    #expect(error.kind == .invalidSplit)
  }

  @Test func leaksAreNamed() throws {
    let groups = try groups(
      [
        ("one", "x", "p"), ("two", "x", "p"), ("three", "y", "q"), ("four", "y", "r"),
        ("five", "x", "s"),
      ], contents: ["three": "same", "four": "same"])
    try groups.checkForLeaks(Split(training: [0, 1], validation: [2, 3]))
    let cases: [([Int], [Int], [String])] = [
      ([0, 2], [1], ["patient 'p'", "/one", "/two"]), ([2, 0], [3], ["/three", "/four"]),
      ([4, 0], [4], ["/five", "both sides"]),
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
