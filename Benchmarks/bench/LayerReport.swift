import Pneumo
import PneumoConsole
import PneumoKernelABI
import PneumoSupport

/// A breakdown of a call's time by layer.
enum LayerReport {
  /// Times each layer on one thread; the peak rate is that of one thread, too.
  static func text(
    _ workload: Workload, kernels: KernelTable, batch: Int, seconds: Double
  ) throws -> String {
    let session = try Session(
      workload.model, threads: 1, instructionSet: kernels.name, isProfiling: true)
    let input = ReferenceNetwork.input(workload.model.preprocessing, images: batch)
    var logits = [Float](repeating: 0, count: batch * session.outputCount)
    _ = try Timings.measure(seconds: seconds) {
      try input.withUnsafeBufferPointer { input in
        try logits.withUnsafeMutableBufferPointer { try session.run(input, logits: $0) }
      }
    }
    let peak = PeakRate.gigaflops(kernels, threads: 1)
    return """
      Layers, \(workload.model.preprocessing.size), batch \(batch), 1 thread; \
      multiply-add peak \(Format.fixed(peak, 1)) GFLOP/s
      \(table(session.profile(), peak: peak).text)
      """
  }

  /// Makes the table. Rates count the operations in the layer's definition; a Winograd kernel
  /// performs fewer of them.
  static func table(_ layers: [LayerProfile], peak: Double) -> Table {
    var table = Table([
      .init("layer"), .init("kernel"), .init("ms/image", .right), .init("share", .right),
      .init("GFLOP/s", .right), .init("of peak", .right),
    ])
    let total = layers.reduce(0) { $0 + $1.seconds }
    func append(_ layer: String, _ kernel: String, _ seconds: Double, _ operations: Int) {
      let rate = seconds > 0 ? Double(operations) / seconds / 1e9 : 0
      table.append([
        layer, kernel, Format.fixed(seconds * 1000 / Double(max(layers[0].images, 1)), 3),
        "\(Format.fixed(100 * seconds / total, 1))%",
        operations > 0 ? Format.fixed(rate, 1) : "-",
        operations > 0 ? "\(Format.fixed(100 * rate / peak, 0))%" : "-",
      ])
    }
    for layer in layers {
      append(layer.layer, layer.kernel, layer.seconds, layer.floatingPointOperations)
    }
    append("all", "", total, layers.reduce(0) { $0 + $1.floatingPointOperations })
    return table
  }
}
