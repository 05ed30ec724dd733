import Foundation
import PneumoExperiment
import PneumoSystem
import PneumoTestSupport
import Testing

/// The folder of a run: whose it is, and what it must not be.
@Suite struct RunFolderTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    try folder.write([], to: "data/a/1.jpeg")
    data = folder.path("data")
  }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(path)).sorted()
  }

  private func problem(_ path: String) -> RunError? {
    do throws(RunError) {
      _ = try RunFolder(startingIn: folder.path(path), data: data)
      return nil
    } catch {
      return error
    }
  }

  @Test func oneProcessAtATime() throws {
    let path = folder.path("run")
    var first: RunFolder? = try RunFolder(startingIn: path, data: data)
    #expect(try names("run") == ["run.lock"])
    #expect(problem("run")?.kind == .inUse)
    #expect(throws: RunError.self) { try RunFolder(resuming: path) }
    #expect(problem("run")?.description.contains("(process \(getpid()))") == true)
    try folder.write([], to: "run/run.json")
    _ = first
    first = nil
    #expect(try names("run") == ["run.json"])
    let second = try RunFolder(resuming: path)
    #expect(throws: RunError.self) { try RunFolder(resuming: path) }
    withExtendedLifetime(second) {}
  }

  @Test func aFileOfALockHoldsNobodyUp() throws {
    // As a process leaves it that was killed.
    try folder.write(Array("1\n".utf8), to: "run/run.lock")
    #expect(problem("run") == nil)
    #expect(try names("run") == [])
  }

  @Test func whatIsThereIsNotReplaced() throws {
    for (index, name) in [
      "best.ckpt", "last.ckpt", "history.csv", "metrics.json", "predictions.csv", "curves.svg",
      "fold0/x", "fold12/x", "refit/x",
    ].enumerated() {
      try folder.write([7], to: "\(index)/\(name)")
      let error = problem("\(index)")
      #expect(error?.kind == .file, "\(name)")
      let found = name.split(separator: "/")[0]
      #expect(error?.description.contains("holds \(found), but no run.json") == true)
      #expect(try folder.read("\(index)/\(name)") == Data([7]))
      #expect(try names("\(index)") == [String(found)])
    }
    try folder.write([], to: "run/run.json")
    #expect(problem("run")?.kind == .otherRun)
    try folder.write([], to: "file")
    #expect(problem("file")?.kind == .file)
    // What no run writes may stay.
    try folder.write([], to: "notes/notes.txt")
    try folder.write([], to: "notes/folds/1.txt")
    #expect(problem("notes") == nil)
  }

  @Test func imagesStayAmongThemselves() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "data/a")
    for path in [
      "data", "data/", "data/run", "data/a/run/deep", "link", "link/run", "new/../data/run",
      "data2/../data/a/x",
    ] {
      let error = problem(path)
      #expect(error?.kind == .file, "\(path)")
      #expect(error?.description.contains("lies in the folder of the images") == true, "\(path)")
    }
    #expect(try names(".") == ["data", "link"])
    #expect(try names("data") == ["a"])
    #expect(problem("database") == nil)
    #expect(problem("data.run") == nil)
  }

  @Test func whatWasMadeIsRemoved() throws {
    let deep = try RunFolder(startingIn: folder.path("x/y/z"), data: data)
    deep.discard()
    #expect(try names(".") == ["data"])
    try folder.write([], to: "kept/notes.txt")
    try RunFolder(startingIn: folder.path("kept/run"), data: data).discard()
    #expect(try names("kept") == ["notes.txt"])
    let used = try RunFolder(startingIn: folder.path("used"), data: data)
    try folder.write([], to: "used/run.json")
    used.discard()
    #expect(try names("used") == ["run.json"])
  }

  @Test func leftoversOfKilledProcessesAreRemoved() throws {
    try folder.write([1], to: "run/run.json")
    try folder.write([1], to: "run/.last.ckpt.pneumo-0123456789abcdef")
    try folder.write([1], to: "run/.hidden")
    let run = try RunFolder(resuming: folder.path("run"))
    #expect(try names("run") == [".hidden", "run.json", "run.lock"])
    withExtendedLifetime(run) {}
  }

  @Test func roomIsNeeded() throws {
    let run = try RunFolder(startingIn: folder.path("run"), data: data)
    try run.checkSpace(for: 1000)
    let error = #expect(throws: RunError.self) { try run.checkSpace(for: 1 << 60) }
    #expect(error?.description.contains("and they need 1152921504607 MB") == true)
  }

  @Test func aFolderThatCannotBeWrittenIsNamed() throws {
    let error = #expect(throws: RunError.self) {
      try RunFolder(startingIn: "/proc/run", data: data)
    }
    #expect(error?.kind == .file)
  }
}
