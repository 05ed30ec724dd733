import Foundation
import PneumoModel
import PneumoTestSupport
import Testing

/// Checks that `Models/FORMAT.md` agrees with the code.
@Suite struct FormatDocumentTests {

  @Test func limitsAgree() throws {
    let document = try String(
      contentsOfFile: "\(SharedFolder.packageRoot)/Models/FORMAT.md", encoding: .utf8)
    let section = try #require(
      document.components(separatedBy: "\n## ").first {
        $0.hasPrefix("Limits")
      })
    var found: [String: Int] = [:]
    for line in section.split(separator: "\n") where line.hasPrefix("| ") {
      let cells = line.split(separator: "|").map {
        $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      for (name, value) in zip(cells[0], cells[1]) { found[name] = Int(value) }
    }
    found["limit"] = nil
    #expect(
      found == [
        "fileSize": Limits.fileSize, "weightBytes": Limits.weightBytes,
        "sections": Limits.sections, "layers": Limits.layers, "inputs": Limits.inputs,
        "rank": Limits.rank, "axis": Limits.axis, "elements": Limits.elements,
        "window": Limits.window, "imageSide": Limits.imageSide, "labels": Limits.labels,
        "metrics": Limits.metrics, "images": Limits.images, "name": Limits.name,
        "text": Limits.text,
      ])
  }
}
