import Foundation
import PneumoModel
import PneumoSystem
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

  @Test func aSymbolicLinkIsFollowed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("old".utf8), to: "real/a.pnm")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("a.pnm"), withDestinationPath: "real/a.pnm")
    try SampleModel.tinyClassifier.write(to: folder.path("a.pnm"))
    #expect(try Model(contentsOf: folder.path("real/a.pnm")) == SampleModel.tinyClassifier)
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("a.pnm"))
    #expect(target == "real/a.pnm")
  }

  @Test func aModelInUseSurvivesReplacementOfItsFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.pnm")
    try SampleModel.everyOperation.write(to: path)
    let model = try Model(contentsOf: path)
    try SampleModel.tinyClassifier.write(to: path)
    #expect(model == SampleModel.everyOperation)
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
}
