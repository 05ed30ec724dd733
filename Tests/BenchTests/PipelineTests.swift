import Foundation
import PneumoImaging
import PneumoTestSupport
import Testing

@testable import bench

@Suite("Pipelines") struct PipelineTests {
  @Test func ratiosOfMedians() {
    func run(_ name: String, _ seconds: Double, exact: Bool = true) -> PipelineRun {
      PipelineRun(pipeline: name, images: 10, seconds: seconds, exact: exact, y: [])
    }
    let table = PipelineRun.table([
      run("Pneumo", 0.1), run("other", 0.3, exact: false), run("Pneumo", 0.3), run("other", 0.5),
      run("Pneumo", 0.2), run("other", 0.9),
    ])
    #expect(
      table.rows == [
        ["Pneumo", "as in training", "20.00", "50.0", ""],
        ["other", "different", "50.00", "20.0", "2.50×"],
      ])
  }

  @Test func incorrectOutputsAreRejected() throws {
    func run(_ y: [Double], exact: Bool = true) -> PipelineRun {
      PipelineRun(pipeline: "x", images: 2, seconds: 1, exact: exact, y: y)
    }
    let ours = run([0.5, 0.25])
    try run([0.50002, 0.25]).check(against: ours)
    try run([0.9, 0.9], exact: false).check(against: ours)
    for wrong in [run([0.5, 0.2501]), run([0.5]), run([0.5, .nan])] {
      #expect(throws: BenchError.self) { try wrong.check(against: ours) }
    }
  }

  @Test func foldersOfFiles() throws {
    let folder = try TemporaryFolder()
    let jpeg = try TestImages.jpeg()
    for name in ["a.jpeg", "b.jpg", "c.JPEG"] { try folder.write(jpeg, to: name) }
    let pipeline = OurPipeline(
      model: Checkout.path("Models/study150.pnm"), folder: folder.path, threads: 2,
      instructionSet: "baseline")
    let run = try pipeline.run()
    #expect(run.images == 3)
    #expect(run.y.count == 3 && Set(run.y).count == 1, "the same image three times")
    let stages = try pipeline.stages()
    #expect(stages.images == 3 && stages.bytes == 3 * jpeg.count)
    try folder.write([1, 2, 3], to: "d.jpeg")
    #expect(throws: (any Error).self) { try pipeline.run() }
    #expect(throws: (any Error).self) { try pipeline.stages() }
  }

  @Test func programsAreTimedUntilTheyExit() throws {
    let timings = try StartCost.measure(["/bin/sleep", "0.02"], runs: 3)
    #expect(timings.milliseconds.count == 3)
    #expect(timings.milliseconds.allSatisfy { $0 >= 20 })
    #expect(throws: BenchError.self) { try StartCost.measure(["/bin/false"], runs: 1) }
    #expect(throws: BenchError.self) { try StartCost.measure(["/nowhere/program"], runs: 1) }
  }

  @Test func emptyFolders() throws {
    let folder = try TemporaryFolder()
    let pipeline = OurPipeline(
      model: Checkout.path("Models/study150.pnm"), folder: folder.path, threads: 1,
      instructionSet: "baseline")
    #expect(throws: (any Error).self) { try pipeline.run() }
  }
}

/// Images for tests.
private enum TestImages {
  /// A gray ramp.
  static func jpeg() throws -> [UInt8] {
    let pixels = (0..<160 * 170).map { UInt8($0 / 160) }
    return try PixelImage(width: 160, height: 170, channels: 1, pixels: pixels)
      .jpegBytes(quality: 90)
  }
}
