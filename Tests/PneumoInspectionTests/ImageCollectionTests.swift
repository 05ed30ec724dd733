import Foundation
import PneumoDataset
import PneumoTestSupport
import Testing

@testable import PneumoInspection

/// Lists files only, so that files need no image in them.
@Suite struct ImageCollectionTests {
  private func folder(_ files: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in files { try folder.write([1], to: file) }
    return folder
  }

  @Test func foldersOfClassesAreOneSplit() throws {
    let folder = try folder(["data/B/2.jpeg", "data/B/10.JPG", "data/A/1.jpeg", "data/A/n.txt"])
    let collection = try ImageCollection([folder.path("data") + "/"])
    #expect(collection.layouts == [.classes])
    #expect(collection.classes == ["A", "B"])
    #expect(collection.splits.map(\.name) == ["data"])
    #expect(collection.splits[0].others == [folder.path("data/A/n.txt")])
    #expect(collection.problems.isEmpty)
    #expect(collection.splits[0].samples == (try Dataset(folder: folder.path("data"))).samples)
  }

  /// Training first, test last; a class that a split lacks is a class of the others.
  @Test func foldersOfSplitsAreSplits() throws {
    let folder = try folder(["test/A/1.jpeg", "val/B/2.jpeg", "train/A/3.jpeg", "train/B/4.jpeg"])
    let collection = try ImageCollection([folder.path])
    #expect(collection.layouts == [.splits])
    #expect(collection.splits.map(\.name) == ["train", "val", "test"])
    #expect(collection.splits.map { $0.samples.map(\.label) } == [[0, 1], [1], [0]])
    #expect(
      collection.splits[0].samples == (try Dataset(folder: folder.path("train"))).samples)
  }

  /// Folders in class folders look like splits, unless one says what they are.
  @Test func layoutCanBeSaid() throws {
    let folder = try folder(["A/x/1.jpeg", "A/y/2.jpeg", "B/x/3.jpeg"])
    #expect(try ImageCollection([folder.path]).layouts == [.splits])
    let collection = try ImageCollection([folder.path], layout: .classes)
    #expect(collection.classes == ["A", "B"])
    #expect(collection.splits.map(\.samples.count) == [3])
  }

  @Test func whatNoTrainerSeesIsAProblem() throws {
    let folder = try folder([
      "train/A/1.jpeg", "train/A/2.jpeg", "train/stray.jpeg", "root.jpg", "readme.txt",
      "train/B/.hidden.jpeg",
    ])
    try FileManager.default.createDirectory(
      atPath: folder.path("val"), withIntermediateDirectories: false)
    let collection = try ImageCollection([folder.path])
    #expect(collection.layouts == [.splits])
    let found = collection.problems.map { [$0.kind.rawValue, $0.path] }
    #expect(
      Set(found) == [
        ["misplaced", folder.path("root.jpg")], ["misplaced", folder.path("train/stray.jpeg")],
        ["empty_folder", folder.path("train/B")], ["empty_folder", folder.path("val")],
      ])
    #expect(collection.splits.map(\.name) == ["train"])
  }

  /// One bad name of a thousand does not stop the rest.
  @Test func namesThatAreNoTextAreReported() throws {
    let folder = try folder(["A/1.jpeg", "B/2.jpeg"])
    let path = Array(folder.path("A/").utf8) + [0xFF, 0x2E, 0x6A, 0x70, 0x67, 0]
    path.withUnsafeBytes { bytes in
      let file = fopen(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), "w")
      if let file { fclose(file) }
    }
    let collection = try ImageCollection([folder.path])
    #expect(collection.problems.map(\.kind) == [.invalidName])
    #expect(collection.imageCount == 2)
  }

  @Test func severalFoldersAndTablesAreSplits() throws {
    let folder = try folder(["a/X/1.jpeg", "b/train/X/2.jpeg", "b/test/Y/3.jpeg"])
    try folder.write(Array("path,label,patient\n4.jpeg,X,p\n5.jpeg,Y,q\n".utf8), to: "c.csv")
    let paths = ["a", "b", "c.csv"].map(folder.path)
    let collection = try ImageCollection(paths)
    #expect(collection.layouts == [.classes, .splits, .table])
    #expect(
      collection.splits.map(\.name) == ["a", "b/train", "b/test", "c.csv"].map(folder.path))
    #expect(collection.classes == ["X", "Y"])
    #expect(collection.splits[2].samples.map(\.label) == [1])
    #expect(collection.splits[3].samples.map(\.patient) == ["p", "q"])
  }

  @Test(arguments: [
    ("nowhere", DatasetError.Kind.unreadable, "expected a folder of images"),
    ("file", .unreadable, "expected a folder of images"), ("nothing", .noImages, "no images"),
    ("others", .noImages, "but 2 other files"), ("flat", .noImages, "but 1 other file;"),
    ("missing.csv", .unreadable, "missing.csv"),
  ])
  func saysWhatIsMissing(name: String, kind: DatasetError.Kind, words: String) throws {
    let folder = try folder(["file", "others/A/1.txt", "others/2.txt", "flat/1.jpeg"])
    try FileManager.default.createDirectory(
      atPath: folder.path("nothing/A"), withIntermediateDirectories: true)
    #expect {
      try ImageCollection([folder.path(name)])
    } throws: { error in
      guard let error = error as? DatasetError else { return false }
      return error.kind == kind && error.description.contains(words)
    }
  }

  @Test func aFolderComesOnce() throws {
    let folder = try folder(["train/A/1.jpeg"])
    #expect {
      try ImageCollection([folder.path, folder.path("train/")])
    } throws: { error in
      (error as? DatasetError)?.kind == .duplicatePath
    }
  }
}
