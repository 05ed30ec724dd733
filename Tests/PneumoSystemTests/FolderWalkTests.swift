import PneumoSystem
import PneumoTestSupport
import Testing

@Suite struct FolderWalkTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func names(_ walk: FolderWalk) -> [String] {
    walk.files.map { String($0.dropFirst(folder.path.count + 1)) }
  }

  @Test func foldersAndFilesComeInByteOrder() throws {
    for name in ["b/1", "B", "a/x/2", "a/z", "a-b/3", "é", ".hidden", ".folder/4", "a/.hidden"] {
      try folder.write([1], to: name)
    }
    let walk = FolderWalk(folder.path + "//")
    #expect(names(walk) == ["B", "é", "a/z", "a-b/3", "a/x/2", "b/1"])
    #expect(walk.hidden == 3)
    #expect(walk.problems.isEmpty)
  }

  /// Links to folders are followed; one that leads back up, or to a folder seen before, is not.
  @Test func linksAreFollowedWithoutCircles() throws {
    let other = try TemporaryFolder()
    try other.write([1], to: "elsewhere")
    try folder.write([1], to: "a/file")
    symlink(other.path, folder.path("link"))
    symlink("..", folder.path("a/up"))
    symlink(folder.path, folder.path("a/top"))
    symlink("nowhere", folder.path("broken"))
    symlink("a", folder.path("z"))
    #expect(names(FolderWalk(folder.path)) == ["broken", "a/file", "link/elsewhere"])
    #expect(FolderWalk(folder.path("link")).files == [folder.path("link/elsewhere")])
  }

  @Test func whatCannotBeOpenedIsReported() throws {
    try folder.write([1], to: "good")
    let name = Array(folder.path("bad").utf8CString.dropLast()) + [-1, 0]
    #expect(close(open(name, O_CREAT | O_WRONLY, 0o600)) == 0)
    let walk = FolderWalk(folder.path)
    #expect(names(walk) == ["good"])
    #expect(walk.problems.map(\.kind) == [.invalidName])
    #expect(walk.problems[0].path == folder.path("bad\u{FFFD}"))
    let missing = FolderWalk(folder.path("none"))
    #expect(missing.files.isEmpty)
    #expect(
      missing.problems.map(\.description) == [
        "\(folder.path("none")): cannot list the folder: No such file or directory"
      ])
  }

  /// Paths longer than the system takes come into being by going down folder by folder.
  @Test func pathsThatAreTooLongAreReported() throws {
    try folder.write([1], to: "good")
    let long = String(repeating: "d", count: 200)
    var descriptors = [open(folder.path, O_RDONLY)]
    for _ in 0..<30 {
      #expect(mkdirat(descriptors.last!, long, 0o700) == 0)
      descriptors.append(openat(descriptors.last!, long, O_RDONLY))
    }
    close(openat(descriptors[30], "lost.jpeg", O_CREAT | O_WRONLY, 0o600))
    close(openat(descriptors[15], "found.jpeg", O_CREAT | O_WRONLY, 0o600))
    let walk = FolderWalk(folder.path)
    #expect(walk.files.count == 2)
    #expect(walk.problems.map(\.kind) == [.invalidName])
    #expect(walk.problems[0].reason.contains("bytes, expected at most 4095"))
    // No path leads there, for Foundation either.
    unlinkat(descriptors[30], "lost.jpeg", 0)
    unlinkat(descriptors[15], "found.jpeg", 0)
    for descriptor in descriptors.dropLast().reversed() {
      unlinkat(descriptor, long, CInt(AT_REMOVEDIR))
    }
    for descriptor in descriptors { close(descriptor) }
  }

  @Test func aWalkCanBeStopped() throws {
    for name in ["a/1", "b/2", "c/3"] { try folder.write([1], to: name) }
    var folders = 0
    let walk = FolderWalk(folder.path) {
      folders += 1
      return folders > 2
    }
    #expect(names(walk) == ["a/1"])
  }
}
