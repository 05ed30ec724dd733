import Foundation
import PneumoImport
import PneumoTestSupport
import Testing

/// The files of `Fixtures`, written by Tools/make-keras-goldens.py.
enum Fixture {
  static func path(_ name: String) throws -> String {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return folder.appending(path: name).path
  }

  static func array(_ name: String) throws -> [Float] {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: try path(name))))
    return try #require(NumPyFile(bytes)).values
  }

  /// Runs `body` with the path of a file of these bytes, which is removed afterwards.
  static func withFile<Result>(
    _ bytes: some Sequence<UInt8>, _ body: (String) throws -> Result
  ) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "pneumo-\(UUID().uuidString)")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: try path(name))))
  }
}
