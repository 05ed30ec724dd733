import Foundation
import PneumoModel
import PneumoTestSupport
import Testing

@Suite struct HostileFileTests {

  @Test(arguments: HostileFile.all)
  func isRejectedWithTheRightError(file: HostileFile) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("\(file.name).pnm")
    try Data(file.bytes).write(to: URL(filePath: path))
    let errors = [
      try #require(throws: ModelError.self) { try Model(contentsOf: path) },
      try #require(throws: ModelError.self) { try Model(bytes: file.bytes, name: path) },
    ]
    for error in errors {
      #expect(error.kind == file.kind, "\(error)")
      #expect(error.file == path)
      #expect(error.description.hasPrefix("\(path): "), "\(error)")
      #expect(error.description.count < path.count + 400, "\(error)")
      if let offset = error.offset { #expect((0...file.bytes.count).contains(offset), "\(error)") }
    }
  }

  /// What is easily given in place of a model is named, with what to do.
  @Test(arguments: [
    ("zip", ".keras", "pneumo-convert model.h5 model.pnm"),
    ("hdf5", "Keras", "pneumo-convert FILE model.pnm"),
    ("safetensors", "checkpoint", "pneumo-convert FILE model.pnm"),
    ("onnx", "ONNX", "pneumo-convert model.h5 model.pnm"),
    ("tflite", "TensorFlow Lite", "pneumo-convert model.h5 model.pnm"),
    ("jpeg", "an image", "give the model's file first"),
    ("png", "an image", "give the model's file first"),
  ])
  func otherFormatsAreNamed(name: String, format: String, advice: String) throws {
    let file = try #require(HostileFile.all.first { $0.name == name })
    let error = try #require(throws: ModelError.self) {
      try Model(bytes: file.bytes, name: "m")
    }
    #expect(error.description.contains(format))
    #expect(error.description.hasSuffix(advice) || error.description.contains(advice + ","))
  }

  @Test func everyKindOfErrorIsCovered() {
    let kinds = Set(HostileFile.all.map(\.kind) + [.unreadable])
    #expect(kinds == Set(ModelError.Kind.allCases))
    #expect(Set(HostileFile.all.map(\.name)).count == HostileFile.all.count)
  }

  @Test func anythingButARegularFileIsUnreadable() throws {
    let folder = try TemporaryFolder()
    let fifo = folder.path("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    for (path, reason) in [
      (fifo, "FIFO"), (folder.path, "folder"), (folder.path("none.pnm"), "No such file"),
      ("/dev/null", "device"),
    ] {
      let error = try #require(throws: ModelError.self) { try Model(contentsOf: path) }
      #expect(error.kind == .unreadable)
      #expect(error.description.hasPrefix("\(path): "))
      #expect(error.reason.contains(reason), "\(error)")
    }
  }

  @Test func anEmptyFileOnDiskIsReportedAsEmpty() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(filePath: folder.path("empty.pnm")))
    let error = try #require(throws: ModelError.self) {
      try Model(contentsOf: folder.path("empty.pnm"))
    }
    #expect(error.kind == .empty)
  }

  @Test func aHugeFileIsRejectedWithoutReadingIt() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("huge.pnm")
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(truncate(path, 3 << 30) == 0)
    let error = try #require(throws: ModelError.self) { try Model(contentsOf: path) }
    #expect(error.kind == .limitExceeded)
    #expect(error.description.contains("\(3 << 30) bytes"))
  }

  @Test func messagesSayWhatToDo() throws {
    func message(_ name: String) throws -> String {
      let file = try #require(HostileFile.all.first { $0.name == name })
      return try #require(throws: ModelError.self) {
        try Model(bytes: file.bytes, name: "a.pnm")
      }.description
    }
    #expect(try message("netpbm").contains("Netpbm image (P5)"))
    #expect(try message("version-unknown").contains("format version 200"))
    #expect(try message("version-unknown").contains("install a newer one"))
    #expect(try message("operator-unknown").contains("unknown operator 200"))
    #expect(try message("operator-unknown").contains("1 convolution, 2 dense"))
    #expect(try message("operator-unknown").contains("layer 'conv'"))
    #expect(try message("activation-unknown").contains("unknown activation 200"))
    #expect(try message("section-unknown").contains("\"XTRA\""))
    #expect(try message("layer-unused").contains("layer 'dropout'"))
    #expect(try message("cut-by-one").contains("copy or download the file again"))
    #expect(try message("padding-used").contains("make it again"))
    #expect(try message("text-mode-transfer").contains("binary mode"))
  }
}
