import ArgumentParser
import Pneumo
import PneumoCommandLine
import PneumoCompute
import PneumoConsole
import PneumoTraining

/// Times steps of training, by layer and pass.
struct MeasureTraining: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Times steps of training the study's first network on random images.")

  @Option(help: "The side of the images.")
  var size = 150

  @Option(help: "Images of a batch.")
  var batch = 16

  @Option(help: "Threads.")
  var threads = 1

  @Option(help: "For how long steps are timed.")
  var seconds = 5.0

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  func run() throws {
    try BuildConfiguration.requireOptimized()
    let kernels = try InstructionSet.select(isa)
    let model = try ReferenceNetwork.model(size: size)
    let network = try TrainingNetwork(
      graph: model.graph, batchSize: batch, threads: threads, kernels: kernels)
    let count = model.graph.inputShape.count
    let images = ReferenceNetwork.input(model.preprocessing, images: batch)
    let labels = (0..<batch).map { $0 % 2 }
    func step() {
      _ = network.backpropagate(labels: labels, dropoutKey: 1) { image, room in
        for i in 0..<count { room[i] = images[image * count + i] }
      }
      network.step(.adam(), rate: 1e-4)
    }
    print(Report.header(instructionSet: kernels.name, threads: [threads]))
    let timings = Timings.measure(warmUp: 1, seconds: seconds) { step() }
    let peak = PeakRate.gigaflops(kernels, threads: threads)
    network.profile = TrainingProfile()
    let rounds = 10
    for _ in 0..<rounds { step() }
    print(
      "Training, batch \(batch), \(threads) threads: \(Format.fixed(timings.median, 1)) ms a step, "
        + "\(Format.fixed(1000 * Double(batch) / timings.median, 1)) images/s; multiply-add peak "
        + "\(Format.fixed(peak, 1)) GFLOP/s")
    var table = Table([
      .init("layer"), .init("pass"), .init("ms a step", .right), .init("GFLOP/s", .right),
      .init("of peak", .right),
    ])
    for entry in network.profile?.entries ?? [] {
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
}
