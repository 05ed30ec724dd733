import Foundation
import Pneumo
import PneumoCompute
import Testing

@testable import bench

@Suite("Measurements") struct MeasurementTests {
  @Test func percentiles() {
    let timings = Timings(milliseconds: [5, 1, 4, 2, 3, 10, 6, 9, 8, 7])
    #expect(timings.median == 6)
    #expect(timings.percentile(0) == 1)
    #expect(timings.percentile(0.1) == 2)
    #expect(timings.percentile(0.9) == 10)
    #expect(timings.percentile(0.99) == 10)
    #expect(Timings(milliseconds: [3]).percentile(0.99) == 3)
  }

  @Test func medians() {
    #expect(median([3, 1, 2]) == 2)
    #expect(median([4, 1, 2, 3]) == 2.5)
  }

  @Test func calls() {
    var calls = 0
    let timings = Timings.measure(warmUp: 0, seconds: 0) { calls += 1 }
    #expect(timings.milliseconds.count == 5)
    #expect(calls == 6, "one warm-up call and five timed ones")
  }

  @Test(arguments: ["1", "1,16", "16,1,2"])
  func numberLists(text: String) {
    #expect(NumberList(argument: text)?.defaultValueDescription == text)
  }

  @Test(arguments: ["", "0", "1,", "1,,2", "-1", "x", "2,2", "1, 2"])
  func invalidNumberLists(text: String) { #expect(NumberList(argument: text) == nil) }

  @Test func processorName() {
    let text = "processor\t: 0\nmodel name\t: A CPU: 3 GHz\nprocessor\t: 1\nmodel name\t: Other\n"
    #expect(Machine.processorName(text) == "A CPU: 3 GHz")
    #expect(Machine.processorName("") == "unknown processor")
  }

  @Test(arguments: InstructionSet.available.map(\.name))
  func peak(name: String) throws {
    let kernels = try InstructionSet.select(name)
    let sums = FloatBuffer(count: kernels.blockChannels)
    let vector = kernels.blockChannels / 2
    #expect(kernels.multiplyAddPeak(3, sums.pointer) == 3 * 12 * vector)
    // After many rounds of x / 2 + 1, each of the twelve sums has converged to 2.
    _ = kernels.multiplyAddPeak(100, sums.pointer)
    #expect((0..<vector).allSatisfy { sums.pointer[$0] == 24 })
    #expect(PeakRate.gigaflops(kernels, threads: 1) > 0)
  }

  @Test func keysOfTheJSONLine() throws {
    let result = CaseResult(
      size: 150, batch: 2, threads: 1, instructionSet: "avx2", loadMilliseconds: 1.5,
      firstMilliseconds: 4, timings: Timings(milliseconds: [2, 2.0004, 3, 4, 5]),
      outputs: [0.4617519, 0.25], logits: [-0.15, -1.1])
    let text = result.json.text
    let keys = #/"(\w+)":/#
    #expect(
      text.matches(of: keys).map { String($0.1) } == [
        "peer", "version", "size", "batch", "threads", "ms", "p10", "p90", "images_per_s", "runs",
        "y0", "y", "logits", "isa", "p99", "load_ms", "first_ms",
      ])
    let values = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(values["peer"] as? String == "pneumo")
    #expect(values["ms"] as? Double == 3)
    #expect(values["images_per_s"] as? Double == 666.7)
    #expect(values["y0"] as? Double == 0.461752)
    #expect(values["runs"] as? Int == 5)
  }
}
