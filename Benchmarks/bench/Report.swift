import Foundation
import Pneumo
import PneumoConsole
import PneumoSupport

/// The text that `bench` prints, except for the breakdown by layer.
enum Report {
  /// The machine, the build and the settings of the measurement.
  static func header(instructionSet: String, threads: [Int]) -> String {
    let machine = Machine.current
    let lines = [
      ("processor", "\(machine.processor), \(machine.processorCount) processors"),
      ("instruction set", instructionSet),
      ("threads", threads.map(String.init).joined(separator: ", ")),
      ("build", "\(BuildConfiguration.name), commit \(Checkout.commit)"),
      ("compiler", machine.compiler),
    ]
    return lines.map { name, value in
      name + String(repeating: " ", count: 17 - name.count) + value + "\n"
    }.joined()
  }

  /// Checks the outputs of `workloads`, and of the model that the package ships, and reports what
  /// was compared.
  static func verification(_ workloads: [Workload], instructionSet: String) throws -> String {
    var lines = ["Verification: largest |Δ logit| (tolerance \(Expectation.tolerance))"]
    var all = workloads
    let shipped = Checkout.path("Models/study150.pnm")
    if FileManager.default.fileExists(atPath: shipped) {
      if !workloads.contains(where: { $0.name != "reference" }) {
        all.append(try Workload.file(shipped))
      }
    } else {
      lines.append("  not checked: \(shipped) is missing")
    }
    for workload in all {
      let session = try Session(workload.model, instructionSet: instructionSet)
      let images = workload.expectation.images(outputs: session.outputCount)
      let input = ReferenceNetwork.input(workload.model.preprocessing, images: images)
      let logits = try session.predict(input).flatMap(\.logits)
      let difference = try workload.expectation.check(logits, of: workload.name)
      let name = URL(filePath: workload.name).lastPathComponent
      lines.append(
        "  \(name) \(workload.model.preprocessing.size): \(String(format: "%.1e", difference)) "
          + "against \(workload.expectation.oracle), \(images) images")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A table of all cases.
  static func cases(_ results: [CaseResult]) -> String {
    var table = Table([
      .init("size", .right), .init("batch", .right), .init("threads", .right),
      .init("load ms", .right), .init("first ms", .right), .init("p50 ms", .right),
      .init("p90 ms", .right), .init("p99 ms", .right), .init("images/s", .right),
      .init("runs", .right),
    ])
    for result in results {
      table.append(
        [result.size, result.batch, result.threads].map(String.init)
          + [
            Format.fixed(result.loadMilliseconds, 1), Format.fixed(result.firstMilliseconds, 2),
            Format.fixed(result.timings.median, 3),
            Format.fixed(result.timings.percentile(0.9), 3),
            Format.fixed(result.timings.percentile(0.99), 3),
            Format.fixed(result.imagesPerSecond, 1), "\(result.timings.milliseconds.count)",
          ])
    }
    return "Calls (one call is one batch; load: file to session; first: the first call)\n"
      + table.text
  }

  /// How throughput changes with thread count, batch size and image size.
  static func scaling(_ results: [CaseResult]) -> String {
    var table = Table([
      .init("change"), .init("at"), .init("images/s", .right), .init("ratio", .right),
    ])
    func append(
      _ name: String, _ value: KeyPath<CaseResult, Int>, _ others: [KeyPath<CaseResult, Int>],
      _ conditions: (CaseResult) -> String
    ) {
      for from in results {
        for to in results where from[keyPath: value] < to[keyPath: value] {
          guard others.allSatisfy({ from[keyPath: $0] == to[keyPath: $0] }) else { continue }
          table.append([
            "\(name) \(from[keyPath: value]) → \(to[keyPath: value])", conditions(from),
            "\(Format.fixed(from.imagesPerSecond, 1)) → \(Format.fixed(to.imagesPerSecond, 1))",
            Format.fixed(to.imagesPerSecond / from.imagesPerSecond, 2),
          ])
        }
      }
    }
    append("threads", \.threads, [\.size, \.batch]) { "size \($0.size), batch \($0.batch)" }
    append("batch", \.batch, [\.size, \.threads]) { "size \($0.size), threads \($0.threads)" }
    append("size", \.size, [\.batch, \.threads]) { "batch \($0.batch), threads \($0.threads)" }
    return table.rows.isEmpty ? "" : "Scaling\n\(table.text)"
  }
}
