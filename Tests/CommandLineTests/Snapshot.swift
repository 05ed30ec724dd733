import Foundation
import Testing

/// Compares `text` with the file `Fixtures/<name>`.
///
/// With the environment variable `PNEUMO_RECORD_SNAPSHOTS` set, writes the file instead, and the
/// test fails so that nobody records by accident. Look at what changed before you commit it.
func expectSnapshot(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
  let file = folder.appending(path: name)
  if ProcessInfo.processInfo.environment["PNEUMO_RECORD_SNAPSHOTS"] != nil {
    try Data(text.utf8).write(to: file)
    Issue.record("recorded \(name)", sourceLocation: sourceLocation)
    return
  }
  let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
  #expect(text == expected, "\(name) differs", sourceLocation: sourceLocation)
}
