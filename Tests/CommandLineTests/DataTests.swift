import Foundation
import PneumoImaging
import PneumoTestSupport
import Testing

/// `pneumo-data` as its users run it.
@Suite struct DataTests {
  private let tool = Tool(name: "pneumo-data")

  private func files(_ folder: TemporaryFolder, _ name: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for finding in ["NORMAL", "PNEUMONIA"] {
      let url = URL(filePath: folder.path("\(name)/\(finding)"))
      for file in try FileManager.default.contentsOfDirectory(atPath: url.path) {
        found["\(finding)/\(file)"] = try Data(contentsOf: url.appending(path: file))
      }
    }
    return found
  }

  /// Same seed, same bytes, for any number of threads; another seed, other pictures.
  @Test func phantomsDependOnTheSeedAlone() throws {
    let folder = try TemporaryFolder()
    for (name, seed, threads) in [("a", "5", "1"), ("b", "5", "2"), ("c", "6", "2")] {
      let result = try tool.run(
        ["phantom", name, "--count", "2", "--seed", seed, "--threads", threads], in: folder)
      #expect(result.exitCode == 0, "\(result.error)")
      #expect(result.output.contains("2 phantoms"))
    }
    let first = try files(folder, "a")
    #expect(first.count == 2)
    #expect(first.keys.count { $0.hasPrefix("PNEUMONIA/") } == 1)
    #expect(try files(folder, "b") == first)
    #expect(try Set(files(folder, "c").values).isDisjoint(with: first.values))
    for file in first.keys {
      let picture = try JPEGDecoder().decode(file: folder.path("a/\(file)"))
      #expect((200...2000).contains(max(picture.width, picture.height)))
    }
  }

  @Test func nothingIsOverwritten() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("precious".utf8), to: "out/notes.txt")
    let result = try tool.run(["phantom", "out", "--count", "2"], in: folder)
    #expect(result.exitCode == 1)
    #expect(result.error.hasPrefix("pneumo-data: out: "))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("out")) == ["notes.txt"])
  }

  @Test(arguments: [
    ["phantom"], ["phantom", "out"], ["phantom", "out", "--count", "-1"], ["draw"],
    ["phantom", "out", "--count", "2", "--threads", "0"],
  ])
  func wrongUsageExitsWith2(arguments: [String]) throws {
    let result = try tool.run(arguments, in: TemporaryFolder())
    #expect(result.exitCode == 2)
    #expect(result.error.lowercased().contains("usage: pneumo-data"))
  }
}
