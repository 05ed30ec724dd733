import ArgumentParser
import PneumoCheckpoint
import PneumoCompute
import PneumoConcurrency
import PneumoConsole
import PneumoDataset
import PneumoEvaluation
import PneumoExperiment
import PneumoKernelABI
import PneumoModel
import PneumoSupport

/// From the arguments to trained networks.
struct TrainingSession {
  let command: TrainCommand
  private let record: RunRecord
  let output: String
  private let resumes: Bool

  /// - Parameter output: the folder of the run.
  init(_ command: TrainCommand, _ record: RunRecord, output: String, resumes: Bool) {
    self.command = command
    self.record = record
    self.output = output
    self.resumes = resumes
  }

  func run() throws {
    Interrupt.observe()
    let kernels = try InstructionSet.select(command.isa)
    let threads = try command.threads ?? ThreadCount.preferred()
    let dataset = try Dataset(contentsOf: command.data ?? "")
    let settings = try command.settings(classes: dataset.classes.count)
    try settings.check(classes: dataset.classes, hasValidation: hasValidation)
    // Held until the end.
    let folder = try openFolder(dataset, settings)
    do {
      let cache = try load(dataset, settings, threads)
      let groups = try SampleGroups(cache)
      let splits = try makeSplits(groups)
      for (_, split) in splits { try settings.check(split, of: cache.dataset) }
      say(ConsoleText(lines: summary(of: settings)))
      if !resumes {
        try RunOutputs.write(
          record.json(
            settings, cache.dataset, splits, splitSeed: command.validation.splitSeed,
            instructionSet: kernels.name, threads: threads),
          to: "\(output)/\(RunFolder.recordName)")
      }
      try Trainer(
        session: self, settings: settings, cache: cache, groups: groups, resumes: resumes,
        threads: threads, kernels: kernels
      ).train(splits)
    } catch {
      folder.discard()
      throw error
    }
    withExtendedLifetime(folder) {}
  }

  private var hasValidation: Bool {
    command.folds.folds != nil || command.validation.validationSplit > 0
  }

  /// Takes the folder of the run, and sees whether it has room.
  private func openFolder(_ dataset: Dataset, _ settings: RunSettings) throws -> RunFolder {
    if resumes { return try RunFolder(resuming: output) }
    let folder = try RunFolder(startingIn: output, data: dataset.isTable ? nil : dataset.source)
    do {
      let trainings =
        (command.folds.fold == nil ? command.folds.folds ?? 1 : 1) + (command.folds.refit ? 1 : 0)
      try folder.checkSpace(for: settings.checkpointByteCount(trainings: trainings))
    } catch {
      folder.discard()
      throw error
    }
    return folder
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
      if let note = dataset.leftOut.note { say("\(note)") }
      return cache
    } catch {
      bar.clear()
      if error.kind == .canceled { throw ExitCode(Interrupt.exitCode) }
      for image in error.unreadable { complain("\(image)") }
      guard error.kind == .unreadableImages else { throw error }
      throw Failure(description: "\(error) with --skip-bad")
    }
  }

  private func makeSplits(_ groups: SampleGroups) throws -> [(number: Int?, split: Split)] {
    let options = command.validation
    if let folds = command.folds.folds {
      let splits = try groups.folds(folds, seed: UInt32(options.splitSeed))
      for split in splits { try groups.checkForLeaks(split) }
      return splits.enumerated()
        .filter { command.folds.fold == nil || command.folds.fold == $0.offset }
        .map { ($0.offset, $0.element) }
    }
    guard options.validationSplit > 0 else { return [(nil, groups.dataset.wholeSplit)] }
    if options.kerasCompatible {
      return [(nil, try groups.dataset.kerasSplit(options.validationSplit))]
    }
    let split = try groups.holdOut(options.validationSplit, seed: UInt32(options.splitSeed))
    try groups.checkForLeaks(split)
    return [(nil, split)]
  }
}

/// A progress bar that the threads of a cache move.
private final class SharedBar: @unchecked Sendable {
  // SAFETY: the cache reports progress on one thread at a time.
  private var bar: ProgressBar

  init(total: Int, unit: String) { bar = ProgressBar(total: total, unit: unit) }

  func update(_ done: Int) { bar.update(done) }

  func clear() { bar.clear() }
}
