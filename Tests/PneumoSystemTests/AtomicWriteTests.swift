import Foundation
import Dispatch
import PneumoSystem
import PneumoTestSupport
import Testing

@Suite(.serialized) struct AtomicWriteTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func mode(_ name: String) -> mode_t {
    var status = stat()
    #expect(stat(folder.path(name), &status) == 0)
    return status.st_mode & 0o777
  }

  private var names: [String] {
    get throws {
      let walk = FolderWalk(folder.path)
      return walk.files.map { String($0.dropFirst(folder.path.count + 1)) }
        + [String](repeating: "hidden", count: walk.hidden)
    }
  }

  /// Setting and restoring the umask around each write gave files that only their owner could read.
  @Test func permissionsFollowTheUmaskWithManyWritersAtOnce() throws {
    let mask = umask(0o022)
    defer { umask(mask) }
    DispatchQueue.concurrentPerform(iterations: 400) { [folder] index in
      try? writeAtomically([UInt8(index % 256)], to: folder.path("\(index)"))
    }
    for index in 0..<400 { #expect(mode("\(index)") == 0o644) }
    try writeAtomically([1], to: folder.path("later"))
    #expect(mode("later") == 0o644)
    #expect(try names.count == 401)
  }

  @Test func aFileWithManyWritersIsWholeAtAllTimes() throws {
    let path = folder.path("file")
    let texts = (0..<8).map { [UInt8](repeating: $0, count: 100_000) }
    try writeAtomically(texts[0], to: path)
    DispatchQueue.concurrentPerform(iterations: 64) { index in
      try? writeAtomically(texts[index % 8], to: path)
      let read = try? readFile(path, limit: 1 << 20)
      #expect(read.map { texts.contains($0) } == true)
    }
    #expect(try names == ["file"])
  }

  @Test func aFilePrivateToItsOwnerStaysSo() throws {
    try writeAtomically([1], to: folder.path("private"))
    #expect(chmod(folder.path("private"), 0o600) == 0)
    try writeAtomically([2], to: folder.path("private"))
    #expect(mode("private") == 0o600)
  }

  @Test func namesUpToTheLimitOfTheFileSystemAreWritten() throws {
    for name in [String(repeating: "n", count: 255), String(repeating: "é", count: 127)] {
      try writeAtomically([7], to: folder.path(name))
      #expect(try readFile(folder.path(name), limit: 10) == [7])
    }
  }

  /// What a killed run left goes with the next write to its folder; what another run is writing, and
  /// what only looks alike, stays.
  @Test func leftoversOfKilledRunsAreRemoved() throws {
    let dead = ".model.pnm.pneumo-0123456789abcdef"
    let alive = ".other.pneumo-00000000deadbeef"
    let others = ["model.pneumo-0123456789abcdef", ".pneumo-0123", ".x.pneumo-0123456789ABCDEF"]
    for name in [dead, alive] + others { try folder.write([1], to: name) }
    #expect(mkdir(folder.path(".d.pneumo-0123456789abcdef"), 0o700) == 0)
    let descriptor = open(folder.path(alive), O_RDONLY)
    #expect(flock(descriptor, LOCK_EX) == 0)
    try writeAtomically([2], to: folder.path("new"))
    #expect(access(folder.path(dead), F_OK) != 0)
    for name in [alive, ".d.pneumo-0123456789abcdef", "new"] + others {
      #expect(access(folder.path(name), F_OK) == 0, "\(name)")
    }
    close(descriptor)
    removeLeftovers(in: folder.path)
    #expect(access(folder.path(alive), F_OK) != 0)
  }

  @Test func aWriteThatFailsLeavesNothing() throws {
    for path in [folder.path("none/file"), folder.path] {
      let error = try #require(throws: FileError.self) { try writeAtomically([1], to: path) }
      #expect(error.path == path)
    }
    #expect(try names == [])
  }

  /// The system would take the name to end at the NUL, and use another file.
  @Test func aNulOpensNothing() throws {
    try folder.write([1], to: "file")
    let path = folder.path("file") + "\0.jpeg"
    let attempts: [() throws -> Void] = [
      { _ = try readFile(path, limit: 10) },
      { _ = try SharedBytes.mapping(path, limit: 10) },
      { try writeAtomically([2], to: path) },
      { try makeFolder(path) },
      { _ = try FolderEntries(of: path) },
    ]
    for attempt in attempts {
      let error = try #require(throws: FileError.self) { try attempt() }
      #expect(error.kind == .invalidName && error.reason.contains("NUL"))
    }
    #expect(try folder.read("file") == Data([1]))
    #expect(try names == ["file"])
  }
}
