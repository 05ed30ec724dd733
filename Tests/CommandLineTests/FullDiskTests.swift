import Foundation
import PneumoTestSupport
import Testing

/// A full disk, acted by a limit on the size of files, which a process of its own has.
@Suite struct FullDiskTests {
  @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
    let folder = try TemporaryFolder()
    let fixture = "\(SharedFolder.packageRoot)/Tests/PneumoImportTests/Fixtures/keras3-chain.h5"
    try folder.write([UInt8](Data(contentsOf: URL(filePath: fixture))), to: "keras.h5")
    let converter = Tool(name: "pneumo-convert")
    let arguments = "keras.h5 model.pnm --labels no,yes"
    #expect(try converter.shell("\"$0\" \(arguments) >out", in: folder) == 0)
    let old = try folder.read("model.pnm")

    // A limit of 1 KiB, less than the model; without the trap its signal would end the process.
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \(arguments) --threshold 0.25 >out 2>err"
    #expect(try converter.shell(limited, in: folder) == 1)
    let error = String(decoding: try folder.read("err"), as: UTF8.self)
    #expect(error == "pneumo-convert: model.pnm: cannot write: File too large\n")
    #expect(try folder.read("model.pnm") == old)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(files.sorted() == ["err", "keras.h5", "model.pnm", "out"])
  }
}
