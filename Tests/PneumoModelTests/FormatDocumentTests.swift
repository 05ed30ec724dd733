import Foundation
import PneumoModel
import PneumoTestSupport
import Testing

/// Checks that `Models/FORMAT.md` and `Models/ARCHITECTURE.md` agree with the code.
@Suite struct FormatDocumentTests {
  private func document(_ name: String) throws -> String {
    try String(
      contentsOfFile: "\(SharedFolder.packageRoot)/Models/\(name).md", encoding: .utf8)
  }

  /// Operators and activations with their codes, and with the version that added them.
  @Test func codesAgree() throws {
    let document = try document("FORMAT")
    for operation in Operation.all {
      let layer = type(of: operation.layer)
      let entry = "\(layer.code) \(layer.types[0].replacing("_", with: " "))"
      let row = try #require(
        document.split(separator: "\n").first { line in
          line.split(separator: "|").first?.split(separator: ",").contains {
            $0.trimmingCharacters(in: .whitespaces) == entry
          } ?? false
        }, "\(entry)")
      #expect(row.contains("version \(layer.formatVersion)") == (layer.formatVersion > 1), "\(row)")
    }
    let activations = try #require(
      document.components(separatedBy: "u8 activation: ").dropFirst().first)
    for activation in Activation.allCases {
      let name = activation.description.replacing("_", with: "-")
      #expect(activations.contains("\(activation.rawValue) \(name)"))
    }
  }

  /// The table of types, and the activations of its row.
  @Test func architecturesNameEveryOperation() throws {
    let rows = try document("ARCHITECTURE").split(separator: "\n").filter { $0.hasPrefix("| `") }
    for type in Operation.all.flatMap({ type(of: $0.layer).types }) {
      let row = try #require(
        rows.first { $0.split(separator: "|")[0].contains("`\(type)`") }, "\(type)")
      guard type == "activation" else { continue }
      for activation in Activation.allCases {
        #expect(row.contains("`\(activation)`"), "\(activation)")
      }
    }
  }

  @Test func limitsAgree() throws {
    let document = try document("FORMAT")
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
