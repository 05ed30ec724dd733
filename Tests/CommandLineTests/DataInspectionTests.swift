import Foundation
import PneumoImaging
import PneumoPhantom
import PneumoTestSupport
import Testing

/// `census`, `gallery` and `check` of `pneumo-data`, on phantoms.
@Suite struct DataInspectionTests {
  private let tool = Tool(name: "pneumo-data")

  /// A folder `data` of splits of class folders: eight phantoms to train with, four to test with.
  private func phantoms() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (split, indices) in [("train", 0..<8), ("test", 8..<12)] {
      for index in indices {
        let phantom = Phantom(seed: 1, index: index, longSide: 160)
        let drawing = phantom.draw()
        let image = PixelImage(
          width: drawing.width, height: drawing.height, channels: drawing.channels,
          pixels: drawing.pixels)
        try folder.write(
          image.jpegBytes(quality: 90),
          to: "data/\(split)/\(phantom.finding.rawValue)/\(index).jpeg")
      }
    }
    return folder
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func censusCounts() throws {
    let folder = try phantoms()
    let result = try tool.run(["census", "data", "--svg", "census.svg"], in: folder)
    #expect(result.exitCode == 0 && result.error.isEmpty, "\(result.error)")
    #expect(result.output.contains("data: a folder for each split"))
    #expect(result.output.contains("Problems: none"))
    #expect(String(decoding: try folder.read("census.svg"), as: UTF8.self).contains(">8 images"))
    let json = try object(tool.run(["census", "data", "--format", "json"], in: folder).output)
    #expect((json["all"] as? [String: Any])?["images"] as? Int == 12)
    let splits = try #require(json["splits"] as? [[String: Any]])
    #expect(splits.map { $0["name"] as? String } == ["train", "test"])
    #expect(splits.map { $0["images"] as? Int } == [8, 4])
    #expect((json["problems"] as? [Any])?.isEmpty == true)
  }

  /// The good images are counted, the bad ones named, and the exit code says so.
  @Test func censusNamesBadFiles() throws {
    let folder = try phantoms()
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("data/train/NORMAL")).first)
    let whole = try folder.read("data/train/NORMAL/\(name)")
    try folder.write(Array(whole.prefix(whole.count / 2)), to: "data/train/NORMAL/half.jpeg")
    try folder.write([], to: "data/test/NORMAL/empty.jpeg")
    let result = try tool.run(["census", "data"], in: folder)
    #expect(result.exitCode == 1)
    #expect(result.output.contains("Problems: 1 empty, 1 truncated"))
    let lines = result.error.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("pneumo-data: data/test/NORMAL/empty.jpeg: the file is empty"))
    #expect(lines[1].hasPrefix("pneumo-data: data/train/NORMAL/half.jpeg: a damaged JPEG"))
    let json = try object(tool.run(["census", "data", "--format", "json"], in: folder).output)
    #expect((json["all"] as? [String: Any])?["images"] as? Int == 12)
    let check = try tool.run(["check", "data"], in: folder)
    #expect(check.exitCode == 1)
    #expect(check.error.split(separator: "\n").count == 2)
  }

  @Test func checkFindsNothingAmongDifferentPhantoms() throws {
    let folder = try phantoms()
    for arguments in [["data"], ["data/train", "data/test"]] {
      let result = try tool.run(["check"] + arguments, in: folder)
      #expect(result.exitCode == 0 && result.error.isEmpty, "\(result.error)")
      #expect(
        result.output.hasSuffix(
          "No leak and no conflict: of 12 images none is in two of 2 splits or in two classes, "
            + "but no name of a file tells a patient.\n"))
    }
  }

  /// An image saved again in the other split is a leak; a copy in the other class is a conflict.
  @Test func checkFindsLeaksAndConflicts() throws {
    let folder = try phantoms()
    let names = try FileManager.default
      .contentsOfDirectory(atPath: folder.path("data/train/NORMAL")).sorted()
    let image = try JPEGDecoder().decode(file: folder.path("data/train/NORMAL/\(names[0])"))
    try folder.write(image.jpegBytes(quality: 50), to: "data/test/NORMAL/again.jpeg")
    let leak = try tool.run(["check", "data"], in: folder)
    #expect(leak.exitCode == 1)
    #expect(leak.output.hasSuffix("\nLEAK: 1 image in more than one split.\n"))
    try folder.write(
      Array(folder.read("data/train/NORMAL/\(names[1])")), to: "data/train/PNEUMONIA/copy.jpeg")
    let both = try tool.run(["check", "data", "--format", "json"], in: folder)
    #expect(both.exitCode == 1)
    let json = try object(both.output)
    #expect(json["leak"] as? Bool == true && json["conflict"] as? Bool == true)
    let copies = try #require(json["identical"] as? [[String: Any]])
    #expect(copies.count == 1)
    let files = try #require(copies[0]["images"] as? [[String: String]])
    #expect(files.map { $0["class"] } == ["NORMAL", "PNEUMONIA"])
    // The copy that was saved again differs in some pixels, so this asks for what none can have.
    let strict = try tool.run(
      ["check", "data", "--similarity", "1", "--distance", "0", "--format", "json"], in: folder)
    #expect(try object(strict.output)["leak"] as? Bool == false)
  }

  @Test func galleryIsOnePage() throws {
    let folder = try phantoms()
    let plain = try tool.run(["gallery", "data/train", "--count", "2", "-o", "g.html"], in: folder)
    #expect(plain.exitCode == 0, "\(plain.error)")
    #expect(plain.output.hasPrefix("Wrote g.html: 4 images, "))
    func images(_ name: String) throws -> Int {
      String(decoding: try folder.read(name), as: UTF8.self)
        .components(separatedBy: "<img ").count - 1
    }
    #expect(try images("g.html") == 4)
    let arguments = ["gallery", "data", "--count", "1", "--versions", "3", "-o", "v.html"]
    for options in [["--augment", "robust"], ["--network", "study", "--rotation", "15"]] {
      let varied = try tool.run(arguments + options, in: folder)
      #expect(varied.exitCode == 0, "\(varied.error)")
      #expect(try images("v.html") == 4 * 4)
    }
  }

  @Test func nothingToLookAtExitsWith1() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "flat/1.jpeg")
    for command in [["census"], ["check"], ["gallery", "-o", "g.html"]] {
      for (path, words) in [("nowhere", "cannot list the folder"), ("flat", "no images in class")] {
        let result = try tool.run(command + [path], in: folder)
        #expect(result.exitCode == 1)
        #expect(result.error.hasPrefix("pneumo-data: \(path): \(words)"), "\(result.error)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("g.html")))
  }

  @Test(arguments: [
    ["census"], ["census", "a", "b"], ["census", "a", "--format", "csv"], ["check"],
    ["census", "a", "--layout", "table"], ["check", "a", "--distance", "17"],
    ["check", "a", "--distance", "x"], ["check", "a", "--similarity", "0.4"],
    ["check", "a", "--similarity", "nan"], ["check", "a", "--threads", "0"],
    ["gallery", "a"], ["gallery", "a", "-o", "g.png"],
    ["gallery", "a", "-o", "g.html", "--count", "0"],
    ["gallery", "a", "-o", "g.html", "--seed", "-1"],
    ["gallery", "a", "-o", "g.html", "--augment", "wild"],
    ["gallery", "a", "-o", "g.html", "--rotation", "181"],
    ["gallery", "a", "-o", "g.html", "--size", "4"],
    ["gallery", "a", "-o", "g.html", "--versions", "21"],
  ])
  func wrongUsageExitsWith2(arguments: [String]) throws {
    let result = try tool.run(arguments, in: TemporaryFolder())
    #expect(result.exitCode == 2)
    #expect(result.error.lowercased().contains("usage: pneumo-data"))
  }
}
