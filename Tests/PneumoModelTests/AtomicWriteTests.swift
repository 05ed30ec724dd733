import Foundation
import PneumoFiles
import PneumoModel
import PneumoTestSupport
import Testing

@Suite struct AtomicWriteTests {

  @Test func replacesAFileAndKeepsItsPermissions() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.pnm")
    try Data("old".utf8).write(to: URL(filePath: path))
    #expect(chmod(path, 0o640) == 0)
    try SampleModel.tinyClassifier.write(to: path)
    #expect(try Model(contentsOf: path) == SampleModel.tinyClassifier)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o640)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.pnm"])
  }

  @Test func aSymbolicLinkStaysOne() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("old".utf8), to: "real/a.pnm")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("a.pnm"), withDestinationPath: "real/a.pnm")
    try SampleModel.tinyClassifier.write(to: folder.path("a.pnm"))
    #expect(try Model(contentsOf: folder.path("real/a.pnm")) == SampleModel.tinyClassifier)
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("a.pnm"))
    #expect(target == "real/a.pnm")
  }

  @Test func aModelInUseSurvivesThatItsFileIsReplaced() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.pnm")
    try SampleModel.everyOperation.write(to: path)
    let model = try Model(contentsOf: path)
    try SampleModel.tinyClassifier.write(to: path)
    #expect(model == SampleModel.everyOperation)
  }

  /// A full disk, acted by a limit on the size of files. It holds for the whole process, so it is
  /// larger than what other tests write.
  @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
    let limit = 64 << 20
    let folder = try TemporaryFolder()
    let path = folder.path("a.pnm")
    try Data("old".utf8).write(to: URL(filePath: path))
    let error = try #require(throws: FileError.self) {
      try withFileSizeLimit(rlim_t(limit)) { () throws(FileError) in
        try writeAtomically([UInt8](repeating: 1, count: limit + 1), to: path)
      }
    }
    #expect(error.description.hasPrefix("\(path): cannot write: "), "\(error)")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.pnm"])
  }

  @Test func aFolderOrAMissingFolderIsAnError() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, folder.path("none/a.pnm")] {
      let error = try #require(throws: ModelError.self) {
        try SampleModel.tinyClassifier.write(to: path)
      }
      #expect(error.description.hasPrefix("\(path): "), "\(error)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  private func withFileSizeLimit<Failure: Error>(
    _ limit: rlim_t, _ body: () throws(Failure) -> Void
  ) throws(Failure) {
    var old = rlimit()
    getrlimit(fileSizeResource, &old)
    let oldHandler = signal(SIGXFSZ, SIG_IGN)
    var new = rlimit(rlim_cur: limit, rlim_max: old.rlim_max)
    setrlimit(fileSizeResource, &new)
    defer {
      setrlimit(fileSizeResource, &old)
      signal(SIGXFSZ, oldHandler)
    }
    try body()
  }

  #if canImport(Glibc)
  private var fileSizeResource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_FSIZE.rawValue) }
  #else
  private var fileSizeResource: CInt { RLIMIT_FSIZE }
  #endif
}
