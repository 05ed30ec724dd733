import PneumoCompute
import Testing

@testable import bench

@Suite("Kernel cases") struct KernelCaseTests {
  @Test(arguments: InstructionSet.available.map(\.name))
  func agreeWithBaseline(name: String) throws {
    let cases = KernelCases.all(try InstructionSet.select(name), size: 46)
    let others = KernelCases.all(try InstructionSet.select("baseline"), size: 46)
    #expect(cases.map(\.kernel) == others.map(\.kernel))
    for (this, other) in zip(cases, others) { try MeasureKernels.check(this, against: other) }
  }

  @Test func incorrectResultsAreRejected() throws {
    let kernels = try InstructionSet.select("baseline")
    let this = KernelCases.pooling(kernels, side: 4, channels: 2, isMaximum: true)
    let other = KernelCases.pooling(kernels, side: 4, channels: 2, isMaximum: false)
    #expect(throws: BenchError.self) { try MeasureKernels.check(this, against: other) }
    let broken = KernelCase(
      kernel: "broken", shape: "", multiplyAdds: 0, bytes: 0, output: this.output
    ) { this.output.pointer[3] = .nan }
    #expect(throws: BenchError.self) { try MeasureKernels.check(broken, against: other) }
  }

  @Test func tableOfRates() throws {
    let kernels = try InstructionSet.select("baseline")
    let dense = KernelCases.dense(kernels, images: 2, inputs: 100, outputs: 50)
    let table = MeasureKernels.table([dense], microseconds: [10], peak: 4)
    // 2 × 10,000 operations and 4 × (200 + 5,000 + 100) bytes in 10 µs.
    #expect(
      table.rows == [["multiplyDense", "2 × 100 → 50", "10.0", "2.0", "50%", "2.1"]])
  }
}
