import Foundation
import PneumoSupport
import PneumoTestSupport
import Testing

@testable import PneumoDataset

@Suite("Folders of class folders")
struct FolderTests {

  private func folder(_ files: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in files { try folder.write(Array(file.utf8), to: file) }
    return folder
  }

  private func names(_ dataset: Dataset) -> [String] {
    dataset.samples.map { String($0.path.dropFirst(dataset.source.count + 1)) }
  }

  @Test func ordersAsPythonDoes() throws {
    // sorted(os.walk(class), key=root) and sorted(files) give this order: '-' < '/' < '0' < '_'.
    let expected = [
      "B/person1000_bacteria_1.jpeg", "B/person100_bacteria_2.jpeg", "B/é.JPG", "B/b/x.jpeg",
      "a/z.jpg", "a/a/c.jpeg", "a/a-b/a.jpeg", "a/a/b/a.jpeg",
    ]
    let folder = try folder(expected)
    let dataset = try Dataset(folder: folder.path + "/")
    #expect(dataset.classes == ["B", "a"])
    #expect(names(dataset) == expected)
    #expect(dataset.samples.map(\.label) == [0, 0, 0, 0, 1, 1, 1, 1])
    #expect(dataset.classCounts() == [4, 4])
    #expect(dataset.classCounts(of: [0, 5, 6]) == [1, 2])
    #expect(try Dataset(contentsOf: folder.path) == Dataset(folder: folder.path))
    #expect(dataset.samples[0].patient == "person1000_bacteria")
  }

  @Test func countsWhatItPassesOver() throws {
    let folder = try folder([
      "a/1.jpeg", "a/2.png", "a/.hidden.jpeg", "a/Thumbs.db", "b/1.jpeg", ".git/x/1.jpeg",
      "notes.txt", "b/.x/3.jpeg",
    ])
    let dataset = try Dataset(folder: folder.path)
    #expect(names(dataset) == ["a/1.jpeg", "b/1.jpeg"])
    // Four files, and the two hidden folders.
    #expect(dataset.leftOut.count == 6)
    #expect(dataset.leftOut.counts == [".png": 1, ".db": 1, ".txt": 1])
    #expect(dataset.leftOut.text == "1 .db, 1 .png, 1 .txt and 3 hidden files")
  }

  @Test func followsLinksOnce() throws {
    let folder = try folder(["a/1.jpeg", "b/1.jpeg", "far/in/2.jpeg"])
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder.path("a/loop"), withDestinationPath: ".")
    try files.createSymbolicLink(atPath: folder.path("a/z"), withDestinationPath: "../far/in")
    try files.createSymbolicLink(atPath: folder.path("b/3.jpeg"), withDestinationPath: "1.jpeg")
    try files.createSymbolicLink(atPath: folder.path("b/none"), withDestinationPath: "nowhere")
    let dataset = try Dataset(folder: folder.path)
    #expect(
      names(dataset) == ["a/1.jpeg", "a/z/2.jpeg", "b/1.jpeg", "b/3.jpeg", "far/in/2.jpeg"])
  }

  @Test(
    arguments: [
      ([], .noImages), (["x.jpeg"], .noImages), (["a/x.png", "b/y.txt"], .noImages),
      (["a/x.jpeg"], .oneClass), (["a/x.jpeg", "b/x.png"], .emptyClass),
    ] as [([String], DatasetError.Kind)])
  func needsTwoClassesOfImages(files: [String], kind: DatasetError.Kind) throws {
    let folder = try folder(files)
    let error = try #require(throws: DatasetError.self) { try Dataset(folder: folder.path) }
    #expect(error.kind == kind)
    #expect(error.description.hasPrefix("\(folder.path): "))
  }

  /// The folder of the splits instead of one of them, in the forms that people have it in.
  @Test(
    arguments: [
      // Kaggle's archive, as it is unpacked.
      [
        "train/N/1.jpeg", "train/P/2.jpeg", "test/N/3.jpeg", "test/P/4.jpeg", "val/N/5.jpeg",
        "val/P/6.jpeg", "__MACOSX/x/7.jpeg", "chest_xray/train/N/8.jpeg",
      ],
      ["Train/1.jpeg", "Validation/2.jpeg"],
      ["fold1/N/1.jpeg", "fold1/P/2.jpeg", "fold2/N/3.jpeg", "fold2/P/4.jpeg"],
      ["hospital/N/1.jpeg", "hospital/deep/P/2.jpeg", "clinic/N/3.jpeg", "clinic/deep/P/4.jpeg"],
    ])
  func splitsAreNoClasses(files: [String]) throws {
    let folder = try folder(files)
    let error = try #require(throws: DatasetError.self) { try Dataset(folder: folder.path) }
    #expect(error.kind == .splitsAsClasses)
    #expect(error.reason.contains("give the folder of one split"))
    // To measure a model on them is another matter: it knows its classes.
    _ = try Dataset(folder: folder.path, isForTraining: false)
  }

  /// What only resembles splits is trained on.
  @Test(
    arguments: [
      ["test/1.jpeg", "control/2.jpeg"],
      ["A/2019/1.jpeg", "A/2020/2.jpeg", "B/2020/3.jpeg", "B/2021/4.jpeg"],
      ["A/x/1.jpeg", "B/x/2.jpeg"], ["A/x/1.jpeg", "A/y/2.jpeg", "A/3.jpeg", "B/x/4.jpeg"],
      ["__MACOSX/A/1.jpeg", "A/1.jpeg", "B/2.jpeg"],
    ])
  func classesStayClasses(files: [String]) throws {
    let folder = try folder(files)
    let dataset = try Dataset(folder: folder.path)
    #expect(dataset.classes.count == 2)
  }

  /// One name in two encodings of Unicode is two folders to the system.
  @Test func oneNameInTwoEncodings() throws {
    let folder = try folder(["caf\u{E9}/1.jpeg", "cafe\u{301}/2.jpeg"])
    let error = try #require(throws: DatasetError.self) { try Dataset(folder: folder.path) }
    #expect(error.kind == .invalidClass)
  }

  @Test func theFolderAboveIsNamed() throws {
    let folder = try folder(["train/N/1.jpeg", "train/P/2.jpeg"])
    let error = try #require(throws: DatasetError.self) { try Dataset(folder: folder.path) }
    #expect(error.kind == .oneClass)
    #expect(error.reason.hasSuffix("if those are the classes, give \(folder.path("train"))"))
  }

  @Test func otherFormatsAreNamed() throws {
    let folder = try folder(["a/1.png", "a/2.PNG", "b/3.png", "b/4.dcm"])
    let error = try #require(throws: DatasetError.self) { try Dataset(folder: folder.path) }
    #expect(error.kind == .noImages)
    #expect(error.reason.hasSuffix("found 3 .png and 1 .dcm files"))
  }

  @Test func namesAMissingFolder() throws {
    let error = try #require(throws: DatasetError.self) { try Dataset(folder: "/no/such") }
    #expect(error.kind == .unreadable)
    #expect(
      error.description == "/no/such: cannot list the folder: No such file or directory; expected a"
        + " folder of class folders, or a .csv table")
  }

  @Test func namesMustBeUTF8() throws {
    let folder = try folder(["a/1.jpeg", "b/1.jpeg"])
    let name = Array(folder.path("b/").utf8CString.dropLast()) + [-1, 0]
    let file = try #require(fopen(name, "w"))
    fclose(file)
    let error = try #require(throws: DatasetError.self) { try Dataset(folder: folder.path) }
    #expect(error.kind == .invalidName)
    #expect(error.file == folder.path("b/\u{FFFD}"))
  }

  @Test(arguments: [
    ("x/person1000_bacteria_2931.jpeg", "person1000_bacteria"),
    ("person1000_virus_1681.jpeg", "person1000_virus"),
    ("person447_virus_921_1.jpeg", "person447_virus"),
    ("IM-0115-0001.jpeg", "IM-0115"), ("a/b/IM-0620-0001-0002.jpeg", "IM-0620"),
    ("NORMAL2-IM-1020-0001-0001.jpeg", "NORMAL2-IM-1020"),
    ("a/person_bacteria_1.jpeg", "a/person_bacteria_1.jpeg"),
    ("a/person1_fungus_1.jpeg", "a/person1_fungus_1.jpeg"), ("IM-0115.jpeg", "IM-0115.jpeg"),
    ("NORMAL2-IM-0115.jpeg", "NORMAL2-IM-0115.jpeg"), ("IM-x-1.jpeg", "IM-x-1.jpeg"),
    ("phantom-0001.jpeg", "phantom-0001.jpeg"), ("", ""), ("/", "/"),
  ])
  func tellsThePatient(file: String, patient: String) {
    #expect(Sample.patient(ofFile: file) == patient)
  }
}

@Suite("CSV files")
struct CSVTests {

  private func read(_ text: String) throws -> Dataset {
    let folder = try TemporaryFolder()
    try folder.write(Array(text.utf8), to: "data.csv")
    return try Dataset(contentsOf: folder.path("data.csv"))
  }

  @Test func aNameThatEndsInCSVIsATable() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("path,label\n1,a\n2,b\n".utf8), to: "Table.CSV")
    #expect(try Dataset(contentsOf: folder.path("Table.CSV")).samples.count == 2)
    for name in ["a/1.jpeg", "b/2.jpeg", "b/3.jpeg"] { try folder.write([], to: "x.csv/\(name)") }
    #expect(try Dataset(contentsOf: folder.path("x.csv")).samples.count == 3)
  }

  @Test func readsColumnsInAnyOrder() throws {
    let text = """
      \u{FEFF}patient,note,label,path\r
      7,"a ""quoted"", note",sick,img/one.jpeg\r
      \r
      ,"two
      lines",healthy,"img/person3_virus_1.jpeg"\r
      8,,sick,/far/away.png
      """
    let dataset = try read(text)
    let folder = dataset.source.dropLast("data.csv".count)
    #expect(dataset.classes == ["healthy", "sick"])
    #expect(
      dataset.samples == [
        Sample(path: "\(folder)img/person3_virus_1.jpeg", label: 0, patient: "person3_virus"),
        Sample(path: "/far/away.png", label: 1, patient: "8"),
        Sample(path: "\(folder)img/one.jpeg", label: 1, patient: "7"),
      ])
    #expect(dataset.leftOut.count == 0)
  }

  @Test(
    arguments: [
      ("NORMAL", "Normal"), ("NORMAL", "NORMAL "),
      ("\u{1B}[31mA", "B"), ("A", "B\u{7}"), ("A", "B\u{85}"),
      ("A", String(repeating: "B", count: 1025)), ("train", "test"),
    ])
  func labelsMustBeFitForAModel(first: String, second: String) throws {
    let text = "path,label\na,\(first)\nb,\(second)\nc,other\n"
    let error = try #require(throws: DatasetError.self) { try read(text) }
    #expect(error.kind == (first == "train" ? .splitsAsClasses : .invalidClass))
    #expect(
      !error.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
  }

  @Test func twoSpellingsOfAPathAreOne() throws {
    let folder = try TemporaryFolder()
    for name in ["a/1.jpeg", "b/2.jpeg"] { try folder.write([], to: name) }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "a")
    for other in ["b/../a/1.jpeg", "./a//1.jpeg", "link/1.jpeg", folder.path("a/1.jpeg")] {
      let text = "path,label\na/1.jpeg,x\n\(other),y\n"
      try folder.write(Array(text.utf8), to: "data.csv")
      let error = try #require(throws: DatasetError.self) {
        try Dataset(csv: folder.path("data.csv"))
      }
      #expect(error.kind == .duplicatePath && error.line == 3, "\(other)")
    }
    // Behind a link, `..` leads elsewhere than the spelling suggests.
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("far"), withDestinationPath: "/usr/lib")
    try folder.write(
      Array("path,label\nfar/../1.jpeg,x\n1.jpeg,y\n".utf8), to: "data.csv")
    #expect(try Dataset(csv: folder.path("data.csv")).samples.count == 2)
  }

  @Test(
    arguments: [
      ("", .badHeader, nil), ("file,label\na,b\n", .badHeader, 1),
      ("path,label,path\na,b,c\n", .badHeader, 1), ("path,label\n", .noImages, nil),
      ("path,label\na,x\n", .oneClass, nil), ("path,label\na,x\nb\n", .badLine, 3),
      ("path,label\na,x,y\n", .badLine, 2), ("path,label\n\"a\nb\",x\n\"c,x\n", .badLine, 4),
      ("path,label\na,x\n\"b\"c,x\n", .badLine, 3), ("path,label\na\"b,x\n", .badLine, 2),
      ("path,label\na\rb,x\n", .badLine, 2), ("path,label\n,x\n", .badLine, 2),
      ("path,label\na,\n", .missingLabel, 2), ("path,label\na,x\n\n./a,y\n", .duplicatePath, 4),
    ] as [(String, DatasetError.Kind, Int?)])
  func namesTheLine(text: String, kind: DatasetError.Kind, line: Int?) throws {
    let error = try #require(throws: DatasetError.self) { try read(text) }
    #expect(error.kind == kind, "\(error)")
    #expect(error.line == line, "\(error)")
    #expect(error.description.contains(line.map { "data.csv:\($0): " } ?? "data.csv: "))
  }

  @Test func mustBeUTF8() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("path,label\n".utf8) + [0xFF, 0x2C, 0x61], to: "data.csv")
    let error = try #require(throws: DatasetError.self) {
      try Dataset(csv: folder.path("data.csv"))
    }
    #expect(error.kind == .badLine && error.line == 2)
    #expect(throws: DatasetError.self) { try Dataset(csv: folder.path("none.csv")) }
  }

  /// Any bytes are read or refused.
  @Test func survivesNoise() throws {
    var random = SeededGenerator(seed: 5)
    let alphabet = Array("path,label\n\r\"x".utf8)
    var read = 0
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        alphabet.randomElement(using: &random) ?? 0
      }
      if let records = try? readCSV(bytes) {
        read += 1
        #expect(records.allSatisfy { !$0.fields.isEmpty })
      }
    }
    #expect(read > 100)
  }
}
