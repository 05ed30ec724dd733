import ArgumentParser
import PneumoCheckpoint
import PneumoCompute
import PneumoConcurrency
import PneumoConsole
import PneumoDataset
import PneumoEvaluation
import PneumoExperiment
import PneumoModel
import PneumoSupport
import PneumoSystem
import PneumoTraining

/// From the arguments to trained networks.
struct Training {
  private let command: Train
  private let record: RunRecord
  private let output: String
  private let resumes: Bool

  /// - Parameter output: the folder of the run.
  init(_ command: Train, _ record: RunRecord, output: String, resumes: Bool) {
    self.command = command
    self.record = record
    self.output = output
    self.resumes = resumes
  }

  func run() throws {
    guard resumes || access("\(output)/\(RunRecord.name)", F_OK) != 0 else {
      throw Failure(
        description: "\(output): holds a run already; go on with it by pneumo-train --resume "
          + "\(output), or take another folder")
    }
    let kernels = try InstructionSet.select(command.isa)
    let threads = try command.threads ?? ThreadCount.preferred()
    let dataset = try Dataset(contentsOf: command.data ?? "")
    let settings = try command.settings(classes: dataset.classes.count)
    // Says what is wrong with the network before images are read.
    let graph = try settings.architecture.initialGraph(seed: 0)
    Interrupt.observe()
    let cache = try load(dataset, settings, threads)
    let images = cache.dataset
    let groups = try SampleGroups(cache)
    let splits = try makeSplits(images, groups)
    say(summary(of: graph, settings))
    if !resumes {
      try makeFolder(output)
      try RunFolder.write(
        record.json(
          settings, images, splits, splitSeed: command.splitSeed, instructionSet: kernels.name,
          threads: threads), to: "\(output)/\(RunRecord.name)")
    }

    func trained(
      _ settings: RunSettings, _ split: Split, _ folder: String
    ) throws -> TrainingRun {
      try makeFolder(folder)
      let run = try TrainingRun(
        settings, images, cache, split, folder: folder, resumes: resumes, threads: threads,
        kernels: kernels)
      try train(run, total: settings.epochs)
      return run
    }
    var predictions: [Predictions] = []
    var bestEpochs: [Int] = []
    for (number, split) in splits {
      let folder = number.map { "\(output)/fold\($0)" } ?? output
      say((number.map { "fold \($0): " } ?? "") + images.describe(split))
      let run = try trained(settings, split, folder)
      guard !split.validation.isEmpty else { continue }
      bestEpochs.append(run.bestEpoch)
      let answers = try run.bestPredictions()
      predictions.append(answers)
      let summary = Summary(
        choosing: settings.operatingPoint, on: answers, groups: groups.numbers)
      try RunFolder.finish(
        folder, summary, settings: settings, data: images.counts(images.samples.indices))
      try RunFolder.write(summary.json, to: "\(folder)/metrics.json")
      try RunFolder.write(answers, summary.calibration, of: images, to: folder)
      say(text(of: summary, "epoch \(run.bestEpoch) is the best"))
    }
    if predictions.count > 1 {
      let pooled = try finishFolds(predictions, splits, settings, images, groups)
      if command.refit {
        var settings = settings
        if settings.patience > 0 {
          settings.epochs = (bestEpochs.reduce(0, +) + bestEpochs.count / 2) / bestEpochs.count
        }
        let (folder, split) = ("\(output)/refit", images.wholeSplit)
        say("refit: \(images.describe(split))")
        _ = try trained(settings, split, folder)
        // With what was chosen out of fold.
        try RunFolder.finish(
          folder, pooled, settings: settings, data: images.counts(images.samples.indices))
        say("\(folder)/best.ckpt is ready, with calibration and threshold of the folds")
      }
    }
    if command.folds == nil {
      say(
        "\(output)/best.ckpt is ready: pneumo-convert \(output)/best.ckpt model.pnm"
      )
    }
  }

  // MARK: Images

  /// Decodes all images once. Those that cannot be read end the run, or are left out.
  private func load(
    _ dataset: Dataset, _ settings: RunSettings, _ threads: Int
  ) throws -> ImageCache {
    let start = ContinuousClock.now
    let bar = SharedBar(total: dataset.samples.count, unit: "images")
    do throws(DatasetError) {
      let cache = try ImageCache(
        dataset, settings.preprocessing, threads: threads, skipsBad: command.skipBad,
        progress: { bar.update($0) }, isCancelled: { Interrupt.isRequested })
      bar.clear()
      for image in cache.skipped { complain("\(image)") }
      if !cache.skipped.isEmpty {
        complain(
          "\(cache.skipped.count) of \(dataset.samples.count) images cannot be read and are left out"
        )
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      say(
        "\(Format.grouped(cache.images.count)) images of \(dataset.classes.count) classes read in "
          + "\(Format.fixed(seconds, 1)) s, \(Format.bytes(cache.byteCount)) in memory")
      if dataset.ignoredFiles > 0 {
        say("\(dataset.ignoredFiles) other files are hidden or no .jpeg or .jpg, and passed over")
      }
      return cache
    } catch {
      bar.clear()
      if error.kind == .cancelled { throw ExitCode(Interrupt.exitCode) }
      for image in error.unreadable { complain("\(image)") }
      guard error.kind == .unreadableImages else { throw error }
      throw Failure(description: "\(error) with --skip-bad")
    }
  }

  private func makeSplits(
    _ dataset: Dataset, _ groups: SampleGroups
  ) throws -> [(number: Int?, split: Split)] {
    if let folds = command.folds {
      let splits = try groups.folds(folds, seed: UInt32(command.splitSeed))
      for split in splits { try groups.checkForLeaks(split) }
      return splits.enumerated().filter { command.fold == nil || command.fold == $0.offset }
        .map { ($0.offset, $0.element) }
    }
    let split =
      command.validationSplit > 0
      ? try dataset.kerasSplit(command.validationSplit) : dataset.wholeSplit
    if command.kerasCompatible { return [(nil, split)] }
    let clean = groups.withoutLeaks(split)
    if clean != split {
      say(
        "\(split.validation.count - clean.validation.count) validation images are of patients in "
          + "training and go there too")
    }
    try groups.checkForLeaks(clean)
    return [(nil, clean)]
  }

  // MARK: Training

  private func train(_ run: TrainingRun, total: Int) throws {
    let width = String(total).count
    var bar: ProgressBar?
    var barEpoch = 0
    if run.isFinished { say("this run is finished already") }
    do {
      try run.train(shouldStop: { Interrupt.isRequested }) { event in
        switch event {
        case .images(let epoch, let done, let count):
          if bar == nil || barEpoch != epoch {
            bar = ProgressBar(total: count, unit: "images")
            barEpoch = epoch
          }
          bar?.update(done)
        case .epoch(let record, let isBest):
          bar?.clear()
          bar = nil
          say(line(record, width: width, total: total, isBest: isBest))
        }
      }
    } catch {
      bar?.clear()
      guard error.kind == .interrupted else { throw error }
      complain("\(error); go on with pneumo-train --resume \(output)")
      throw ExitCode(Interrupt.exitCode)
    }
  }

  private func line(
    _ record: EpochRecord, width: Int, total: Int, isBest: Bool
  ) -> String {
    let number = String(record.epoch)
    var text =
      "epoch \(String(repeating: " ", count: width - number.count))\(number)/\(total)"
      + "  loss \(Format.fixed(record.dataLoss, 4))"
    if record.penalty > 0 { text += " + penalty \(Format.fixed(record.penalty, 3))" }
    text += "  accuracy \(Format.fixed(record.accuracy, 4))"
    if let loss = record.valDataLoss { text += "  val_loss \(Format.fixed(loss, 4))" }
    if let accuracy = record.valAccuracy { text += "  accuracy \(Format.fixed(accuracy, 4))" }
    if let auroc = record.valAUROC { text += "  AUROC \(Format.fixed(auroc, 4))" }
    text += "  \(Format.fixed(record.seconds, 1)) s"
    return text + (isBest ? "  best" : "")
  }

  private func finishFolds(
    _ predictions: [Predictions], _ splits: [(number: Int?, split: Split)],
    _ settings: RunSettings, _ dataset: Dataset, _ groups: SampleGroups
  ) throws -> Summary {
    let all = Predictions(joining: predictions)
    let pooled = Summary(choosing: settings.operatingPoint, on: all, groups: groups.numbers)
    let folders = splits.compactMap { $0.number.map { "\(output)/fold\($0)" } }
    // Every network gets what was chosen on images that it has not learned from.
    let checkpoints = try folders.map {
      try RunFolder.finish(
        $0, pooled, settings: settings, data: dataset.counts(dataset.samples.indices))
    }
    try RunFolder.write(all, pooled.calibration, of: dataset, to: output)
    try RunFolder.write(pooled.json, to: "\(output)/metrics.json")
    say(text(of: pooled, "all folds together"))
    guard command.ensemble else { return pooled }
    let ensemble = "\(output)/ensemble.pnm"
    try RunFolder.freeze(checkpoints, folders: folders, ensemble: ensemble)
    say(
      "\(ensemble) averages the logits of \(folders.count) networks; no image here is new to all of "
        + "them, so only other images can tell how good it is")
    return pooled
  }

  // MARK: Texts

  private func text(of summary: Summary, _ title: String) -> String {
    func number(_ value: Double?) -> String { value.map { Format.fixed($0, 4) } ?? "-" }
    let binary = summary.binary
    let all: [(title: String, value: String?)] = [
      ("AUROC", binary.map { number($0.auroc) }),
      (
        "95%",
        binary.map { binary in
          binary.aurocInterval.map { "\(number($0.lowerBound))-\(number($0.upperBound))" } ?? "-"
        }
      ),
      ("accuracy", number(summary.accuracy)),
      ("recall", binary.map { number($0.confusion.recall) }),
      ("precision", binary.map { number($0.confusion.precision) }),
      ("cross-entropy", number(summary.crossEntropy)),
      ("ECE", number(summary.calibrationError)),
      ("temperature", number(summary.calibration.temperature)),
      ("bias", binary.map { _ in number(summary.calibration.bias.last) }),
      ("threshold", binary.map { number($0.threshold) }),
    ]
    let columns = all.compactMap { title, value in value.map { (title: title, value: $0) } }
    var table = Table([.init("validation")] + columns.map { .init($0.title, .right) })
    table.append([title] + columns.map(\.value))
    return table.text
  }

  /// The layers with their shapes and numbers of parameters.
  private func summary(of graph: Graph, _ settings: RunSettings) -> String {
    var table = Table([.init("layer"), .init("type"), .init("output"), .init("parameters", .right)])
    for (index, node) in graph.nodes.enumerated() {
      table.append([
        node.name, node.operation.name, graph.shapes[index + 1].description,
        Format.grouped(node.operation.parameterCount),
      ])
    }
    return "\(settings.networkName): \(Format.grouped(graph.parameterCount)) parameters\n"
      + table.text
  }

  private func say(_ text: String) {
    StandardStream.output.write(text.hasSuffix("\n") ? text : text + "\n")
  }

  private func complain(_ text: String) {
    StandardStream.error.write("pneumo-train: \(Format.visible(text))\n")
  }
}

/// A progress bar that the threads of a cache move.
private final class SharedBar: @unchecked Sendable {
  // SAFETY: the cache tells progress on one thread at a time.
  private var bar: ProgressBar

  init(total: Int, unit: String) { bar = ProgressBar(total: total, unit: unit) }

  func update(_ done: Int) { bar.update(done) }

  func clear() { bar.clear() }
}

extension Dataset {
  /// How many of the samples `indices` each class has.
  fileprivate func counts(_ indices: some Sequence<Int>) -> String {
    classes.indices.map { label in
      "\(indices.count { samples[$0].label == label }) \(classes[label])"
    }.joined(separator: ", ")
  }

  /// How many images of each class a split has.
  fileprivate func describe(_ split: Split) -> String {
    "training on \(split.training.count) images (\(counts(split.training))), validation on "
      + "\(split.validation.count) (\(counts(split.validation)))"
  }
}
