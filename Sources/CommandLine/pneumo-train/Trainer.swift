import ArgumentParser
import PneumoCheckpoint
import PneumoConsole
import PneumoDataset
import PneumoExperiment
import PneumoKernelABI
import PneumoModel
import PneumoReport
import PneumoSupport
import PneumoSystem

/// Trains on the splits of a session, and finishes what the networks leave.
struct Trainer {
  let session: TrainingSession
  let settings: RunSettings
  let cache: ImageCache
  let groups: SampleGroups
  let resumes: Bool
  let threads: Int
  let kernels: KernelTable

  private var images: Dataset { cache.dataset }
  private var output: String { session.output }

  /// Trains a network on each split, measures it and, after all folds, what they have in common.
  func train(_ splits: [(number: Int?, split: Split)]) throws {
    var predictions: [Predictions] = []
    var bestEpochs: [Int] = []
    for (number, split) in splits {
      let folder = number.map { "\(output)/fold\($0)" } ?? output
      say("\(number.map { "fold \($0): " } ?? "")\(images.describe(split))")
      let loop = try trained(settings, split, folder)
      guard !split.validation.isEmpty else { continue }
      bestEpochs.append(loop.bestEpoch)
      let part = try interruptible {
        () throws(RunError) in
        try loop.bestPredictions(shouldStop: { Interrupt.isRequested })
      }
      predictions.append(part)
      let summary = Summary(
        choosing: settings.operatingPoint, on: part, groups: groups.numbers)
      try finish(folder, summary, on: part)
      try record(summary, part, in: folder)
      say(ConsoleText(lines: text(of: summary, "validation, epoch \(loop.bestEpoch)")))
      // Those of a fold say less than those of all together, which follow.
      if splits.count == 1 { tellNotes(of: summary) }
    }
    if predictions.count > 1 { try finishFolds(predictions, splits, bestEpochs) }
    if session.command.folds.folds == nil {
      say("\(output)/best.ckpt is ready: pneumo-convert \(output)/best.ckpt model.pnm")
    }
  }

  private func trained(
    _ settings: RunSettings, _ split: Split, _ folder: String
  ) throws -> TrainingLoop {
    try makeFolder(folder)
    removeLeftovers(in: folder)
    let loop = try TrainingLoop(
      settings, cache, split, folder: folder, resumes: resumes, threads: threads, kernels: kernels)
    try run(loop)
    return loop
  }

  private func record(
    _ summary: Summary, _ predictions: Predictions, in folder: String
  ) throws {
    try ValidationRecord(
      predictions, summary, of: images, name: settings.networkName, threads: threads
    ).write(to: folder)
  }

  @discardableResult
  private func finish(
    _ folder: String, _ summary: Summary, on predictions: Predictions
  ) throws -> Checkpoint {
    try RunOutputs.finish(
      folder, summary, settings: settings, data: images.counts(images.samples.indices),
      chosenOn: predictions.samples.map { cache.hashes[$0] })
  }

  /// Gives every network what was chosen on all folds together, each of whose images was predicted by a
  /// network that was not trained on it.
  private func finishFolds(
    _ predictions: [Predictions], _ splits: [(number: Int?, split: Split)], _ bestEpochs: [Int]
  ) throws {
    let all = Predictions(joining: predictions)
    let pooled = Summary(choosing: settings.operatingPoint, on: all, groups: groups.numbers)
    let folders = splits.compactMap { $0.number.map { "\(output)/fold\($0)" } }
    let checkpoints = try folders.map { try finish($0, pooled, on: all) }
    try record(pooled, all, in: output)
    say(ConsoleText(lines: text(of: pooled, "validation, all folds together")))
    tellNotes(of: pooled)
    if session.command.folds.ensemble {
      let ensemble = "\(output)/ensemble.pnm"
      try RunOutputs.freeze(checkpoints, folders: folders, ensemble: ensemble)
      say(
        "\(ensemble) averages the logits of \(folders.count) networks; every image here was trained on "
          + "by some of them, so only other images can measure it")
    }
    if session.command.folds.refit { try refit(pooled, on: all, bestEpochs) }
  }

  /// Trains on all images, with what was chosen out of fold.
  private func refit(_ pooled: Summary, on predictions: Predictions, _ bestEpochs: [Int]) throws {
    var settings = settings
    if settings.patience > 0 {
      settings.epochs = (bestEpochs.reduce(0, +) + bestEpochs.count / 2) / bestEpochs.count
    }
    let (folder, split) = ("\(output)/refit", images.wholeSplit)
    say("refit: \(images.describe(split))")
    _ = try trained(settings, split, folder)
    try finish(folder, pooled, on: predictions)
    say("\(folder)/best.ckpt is ready, with calibration and threshold of the folds")
  }

  // MARK: One network

  private func run(_ loop: TrainingLoop) throws {
    let width = String(settings.epochs).count
    var bar: ProgressBar?
    var barEpoch = 0
    if loop.isFinished { say("this training is finished already") }
    try interruptible { () throws(RunError) in
      defer { bar?.clear() }
      try loop.train(shouldStop: { Interrupt.isRequested }) { event in
        switch event {
        case .restored:
          drawCurves(of: loop)
        case .images(let epoch, let done, let count):
          if bar == nil || barEpoch != epoch {
            bar = ProgressBar(total: count, unit: "images")
            barEpoch = epoch
          }
          bar?.update(done)
        case .epoch(let record, let isBest):
          bar?.clear()
          bar = nil
          drawCurves(of: loop)
          say(
            ConsoleText(
              line(record, width: width, total: loop.settings.epochs, isBest: isBest)))
        case .warning(let text):
          bar?.clear()
          complain("\(text)")
        }
      }
    }
  }

  /// Turns what the user stopped into the exit code of the signal.
  private func interruptible<Result>(
    _ body: () throws(RunError) -> Result
  ) throws -> Result {
    do throws(RunError) {
      return try body()
    } catch {
      guard error.kind == .interrupted else { throw error }
      complain("\(error); go on with pneumo-train --resume \(output)")
      throw ExitCode(Interrupt.exitCode)
    }
  }

  /// Draws `curves.svg`. A chart that cannot be written does not end the training.
  private func drawCurves(of loop: TrainingLoop) {
    let curves = TrainingCurves(
      source: loop.folder,
      series: loop.history.curves.map {
        TrainingCurves.Series(
          title: $0.title, training: $0.training, validation: $0.validation,
          regularized: $0.penalized)
      },
      bestEpoch: loop.bestEpoch)
    let svg = curves.svg(title: settings.networkName)
    do throws(FileError) {
      try writeAtomically(Array(svg.utf8), to: "\(loop.folder)/curves.svg")
    } catch {
      complain("\(error)")
    }
  }
}
