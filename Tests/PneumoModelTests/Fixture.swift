import Foundation
import PneumoTestSupport
import Testing

/// Files in the folder `Fixtures`.
///
/// With `PNEUMO_RECORD=1` in the environment, ``compare(_:with:)`` overwrites them.
enum Fixture {
  static func path(_ name: String) -> String {
    "\(SharedFolder.packageRoot)/Tests/PneumoModelTests/Fixtures/\(name)"
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: path(name))))
  }

  static func compare(_ bytes: [UInt8], with name: String) throws {
    if ProcessInfo.processInfo.environment["PNEUMO_RECORD"] == "1" {
      try Data(bytes).write(to: URL(filePath: path(name)))
    }
    #expect(try Self.bytes(name) == bytes, "\(name) differs; PNEUMO_RECORD=1 overwrites it")
  }
}
