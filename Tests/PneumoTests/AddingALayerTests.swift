import Foundation
import PneumoModel
import PneumoTestSupport
import Testing

/// The article that tells how an operation is added, against the tree.
@Suite struct AddingALayerTests {
  private static let root = SharedFolder.packageRoot
  private static let article = "Sources/Runtime/Pneumo/Pneumo.docc/Articles/AddingALayer.md"

  private func isFile(_ path: String) -> Bool {
    FileManager.default.isReadableFile(atPath: "\(Self.root)/\(path)")
  }

  /// What the article names as files: code with a slash.
  private func namedFiles() throws -> [String] {
    let text = try String(contentsOfFile: "\(Self.root)/\(Self.article)", encoding: .utf8)
    return text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 && $0.element.contains("/") }.map { String($0.element) }
  }

  @Test func namedFilesExist() throws {
    let files = try namedFiles()
    #expect(files.count >= 20)
    for file in files { #expect(isFile(file), "\(file)") }
  }

  /// Multiplication took nine source files: those that the article names for a new operation.
  @Test func stepsNameTheFilesOfAnOperation() throws {
    let text = try String(contentsOfFile: "\(Self.root)/\(Self.article)", encoding: .utf8)
    let operation = try #require(
      text.components(separatedBy: "\n## ").first { $0.hasPrefix("A new op") })
    let files = Set(try namedFiles().filter { operation.contains("`\($0)`") })
    let examples: Set = ["Pooling.swift", "Dense.swift"]
    #expect(files.filter { !examples.contains(URL(filePath: $0).lastPathComponent) }.count == 9)
  }

  /// Every operation has the files that the article tells of.
  @Test(arguments: Operation.all.map { "\(type(of: $0.layer))".prefix { $0 != "<" } })
  func everyOperationHasItsFiles(_ name: Substring) {
    let folder = "Sources/Runtime"
    #expect(isFile("\(folder)/PneumoModel/Operations/\(name).swift"))
    #expect(isFile("\(folder)/Pneumo/Operations/PlanBuilder+\(name).swift"))
    #expect(isFile("\(folder)/PneumoGradients/Layers/\(name)Layer.swift"))
  }
}
