import Pneumo
import PneumoTestSupport
import Testing

/// Files that are damaged in a way that no checksum shows, as far as running them.
@Suite struct HostileModelTests {
  /// What the reader accepts runs or is refused: no crash, no trap, no memory beyond the cap.
  @Test func mutantsThatLoadRunOrAreRefused() throws {
    let original = try #require(ModelFileParts(of: SampleModel.everyOperation.encoded()))
    var random = SeededGenerator(seed: 12)
    var runs = 0
    for _ in 0..<1000 {
      var parts = original
      let section = Int.random(in: 0..<2, using: &random)  // graph or metadata
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<parts.sections[section].bytes.count, using: &random)
        parts.sections[section].bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
      guard let model = try? Model(bytes: parts.assembled()) else { continue }
      do throws(ComputeError) {
        let session = try Session(model, threads: 1, batch: 1)
        #expect(session.workspaceByteCount <= 2 << 30)
        // Large inputs are left out: they are slow, not wrong.
        guard session.inputCount < 100_000, session.workspaceByteCount < 50 << 20 else { continue }
        _ = try session.predict([Float](repeating: 0.5, count: session.inputCount))
        runs += 1
      } catch {
        #expect(error.kind == .tooLarge)
      }
    }
    #expect(runs > 100)
  }
}
