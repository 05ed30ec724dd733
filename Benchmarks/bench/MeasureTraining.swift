import ArgumentParser
import PneumoCheckpoint
import PneumoCompute
import PneumoConsole
import PneumoSupport
import PneumoToolSupport
import PneumoTraining

/// Times training steps, by layer and pass.
struct MeasureTraining: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Times training steps on random images, by layer and pass.")

  @Option(help: "study1, study2, study3, study4 or pneumo.")
  var network = "study1"

  @Option(help: "The side length of the images. (default: the network's)")
  var size: Int?

  @Option(help: "Images per batch.")
  var batch = 16

  @Option(help: "Threads to use.")
  var threads = 1

  @Option(help: "Seconds to time steps for.")
  var seconds = 5.0

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  func run() throws {
    try BuildConfiguration.requireOptimized()
    let kernels = try InstructionSet.select(isa)
    let architecture = try architecture()
    let trained = try TrainingNetwork(
      graph: architecture.initialGraph(seed: 1), batchSize: batch, threads: threads,
      kernels: kernels, penalties: architecture.penalties, momenta: architecture.momenta)
    let count = architecture.inputShape.count
    var random = PCG64(seed: 11)
    let images = random.floats(batch * count, 0, 1)
    let labels = (0..<batch).map { $0 % 2 }
    func step() {
      _ = trained.backpropagate(labels: labels, dropoutKey: 1) { image, input in
        for i in 0..<count { input[i] = images[image * count + i] }
      }
      trained.step(.adam(), rate: 1e-4)
    }
    print(Report.header(instructionSet: kernels.name, threads: [threads]))
    let timings = Timings.measure(warmUp: 1, seconds: seconds) { step() }
    let peak = PeakRate.gigaflops(kernels, threads: threads)
    trained.profile = TrainingProfile()
    let rounds = 10
    for _ in 0..<rounds { step() }
    print(
      "Training \(network), batch \(batch), \(threads) threads: "
        + "\(Format.fixed(timings.median, 1)) ms/step, "
        + "\(Format.fixed(1000 * Double(batch) / timings.median, 1)) images/s; multiply-add peak "
        + "\(Format.fixed(peak, 1)) GFLOP/s")
    var table = Table([
      .init("layer"), .init("pass"), .init("ms/step", .right), .init("GFLOP/s", .right),
      .init("of peak", .right),
    ])
    for entry in trained.profile?.entries ?? [] {
      let rate = 2 * Double(entry.multiplyAdds) / entry.seconds / 1e9
      table.append([
        entry.layer, entry.pass.rawValue,
        Format.fixed(1000 * entry.seconds / Double(rounds), 2),
        entry.multiplyAdds > 0 ? Format.fixed(rate, 1) : "-",
        entry.multiplyAdds > 0 ? "\(Format.fixed(100 * rate / peak, 0))%" : "-",
      ])
    }
    print(table.text)
  }

  private func architecture() throws -> Architecture {
    switch network {
    case "study1", "study2", "study3", "study4":
      return try .study(Int(network.suffix(1)) ?? 1, size: size)
    case "pneumo": return try .pneumo(size: size ?? 128)
    default:
      throw ValidationError("--network is '\(network)', expected study1 to study4 or pneumo.")
    }
  }
}
