import PneumoTestSupport
import Testing

@testable import PneumoDataset

@Suite("The study's images")
struct RealDataTests {
  private static let folder = "data/chest_xray_224/train"

  @Test(.enabled(if: SharedFolder.has(folder), "needs ../shared"))
  func patientsAndCopiesAreAsCounted() throws {
    let dataset = try Dataset(folder: SharedFolder.path(Self.folder))
    #expect(dataset.classes == ["NORMAL", "PNEUMONIA"])
    #expect(dataset.classCounts() == [1341, 3875])
    let patients = [0, 1].map { label in
      Set(dataset.samples.filter { $0.label == label }.map(\.patient))
    }
    #expect(patients.map(\.count) == [1211, 2443])
    #expect(patients[0].isDisjoint(with: patients[1]))
    let groups = try SampleGroups(reading: dataset)
    // As hashlib.sha256 of the files groups them: 22 pairs and 2 triples.
    #expect(
      groups.identicalImages.map(\.count).sorted() == [Int](repeating: 2, count: 22) + [3, 3])

    let folds = try groups.folds(5, seed: 42)
    // Of the published folds.
    let names = folds[0].validation.map {
      dataset.samples[$0].path.split(separator: "/").last ?? ""
    }
    #expect(checksum(Array(names.joined(separator: "\n").utf8)) == "f9824d2f")
    for fold in folds {
      try groups.checkForLeaks(fold)
      let counts = dataset.classCounts(of: fold.validation)
      #expect((268...269).contains(counts[0]) && counts[1] == 775, "\(counts)")
    }
    let keras = try dataset.kerasSplit(0.1)
    #expect(dataset.classCounts(of: keras.validation) == [134, 387])
    #expect(
      keras.validation.filter { dataset.samples[$0].label == 0 }
        .allSatisfy { dataset.samples[$0].patient.hasPrefix("IM-") })
    let error = try #require(throws: DatasetError.self) { try groups.checkForLeaks(keras) }
    #expect(error.kind == .leak)
    let fair = try groups.holdOut(0.1, seed: 42)
    try groups.checkForLeaks(fair)
    let counts = dataset.classCounts(of: fair.validation)
    #expect((133...135).contains(counts[0]) && (386...389).contains(counts[1]), "\(counts)")
  }
}
