import ArgumentParser
import PneumoCompute
import PneumoConsole
import PneumoKernelABI
import PneumoSupport
import PneumoToolSupport

/// Times each kernel at each shape.
struct MeasureKernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Times each kernel on one thread, after comparing its results with baseline's.",
    discussion: """
      GFLOP/s count a multiply-add as two operations; the share of the peak refers to the peak \
      measured in the same run. GB/s count each byte that must be read or written once.
      """)

  @Option(help: "The side length of the reference network's images, which sets the layer shapes.")
  var size = 150

  @Option(help: "Seconds to time each case for.")
  var seconds = 0.3

  @Option(help: "Time only kernels whose name contains this text.")
  var filter = ""

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  func validate() throws {
    guard ReferenceNetwork.sizes.contains(size) else {
      throw ValidationError(
        "--size is \(size), expected \(ReferenceNetwork.sizes.lowerBound) to "
          + "\(ReferenceNetwork.sizes.upperBound).")
    }
    guard seconds > 0, seconds <= 60 else {
      throw ValidationError("--seconds is \(seconds), expected more than 0 and at most 60.")
    }
    try PneumoToolSupport.validate(instructionSet: isa)
  }

  func run() throws {
    try BuildConfiguration.requireOptimized()
    let kernels = try InstructionSet.select(isa)
    let baseline = try InstructionSet.select("baseline")
    func cases(_ kernels: KernelTable) -> [KernelCase] {
      KernelCases.all(kernels, size: size).filter {
        filter.isEmpty || $0.kernel.lowercased().contains(filter.lowercased())
      }
    }
    let chosen = cases(kernels)
    guard !chosen.isEmpty else { throw BenchError("no kernel's name contains '\(filter)'") }
    for (this, other) in zip(chosen, cases(baseline)) { try Self.check(this, against: other) }
    print(Report.header(instructionSet: kernels.name, threads: [1]))
    var peak = PeakRate.gigaflops(kernels, threads: 1)
    let timings = chosen.map { Self.measure($0, seconds: seconds) }
    peak = max(peak, PeakRate.gigaflops(kernels, threads: 1))
    print(
      "Kernels, 1 thread, medians; multiply-add peak \(Format.fixed(peak, 1)) GFLOP/s\n"
        + Self.table(chosen, microseconds: timings, peak: peak).text)
  }

  /// Calls both and compares their results. Sums of a few thousand products may differ by rounding
  /// only.
  static func check(_ this: KernelCase, against other: KernelCase) throws {
    guard this.isComparable else { return }
    this.call()
    other.call()
    let difference = this.difference(from: other)
    guard difference <= 1e-4 else {
      throw BenchError(
        "\(this.kernel), \(this.shape): results differ from baseline's by \(difference) (relative "
          + "for values above 1); the tolerance is 1e-4")
    }
  }

  /// The median duration of a call in microseconds. Each sample consists of enough calls to be
  /// timed accurately.
  private static func measure(_ kernel: KernelCase, seconds: Double) -> Double {
    let once = Timings.measure(warmUp: 0.02, seconds: 0.01, kernel.call).median
    let calls = max(1, Int(0.1 / once))
    let timings = Timings.measure(warmUp: 0, seconds: seconds) {
      for _ in 0..<calls { kernel.call() }
    }
    return timings.median * 1000 / Double(calls)
  }

  /// A table with one row per case.
  static func table(_ cases: [KernelCase], microseconds: [Double], peak: Double) -> Table {
    var table = Table([
      .init("kernel"), .init("shape"), .init("µs", .right), .init("GFLOP/s", .right),
      .init("of peak", .right), .init("GB/s", .right),
    ])
    for (kernel, time) in zip(cases, microseconds) {
      let rate = 2 * Double(kernel.multiplyAdds) / time / 1000
      table.append([
        kernel.kernel, kernel.shape, Format.fixed(time, 1),
        kernel.multiplyAdds > 0 ? Format.fixed(rate, 1) : "-",
        kernel.multiplyAdds > 0 ? "\(Format.fixed(100 * rate / peak, 0))%" : "-",
        Format.fixed(Double(kernel.bytes) / time / 1000, 1),
      ])
    }
    return table
  }
}
