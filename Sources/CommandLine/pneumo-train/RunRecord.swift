import PneumoCheckpoint
import PneumoDataset
import PneumoExperiment
import PneumoSupport
import PneumoSystem

/// What `run.json` tells: all that is needed to repeat a run, or to go on with it.
struct RunRecord {
  private static let name = RunFolder.recordName

  /// What the run was started with.
  let arguments: [String]
  /// Where it was started: paths among the arguments may begin there.
  let workingDirectory: String

  /// The record of a run that starts here and now.
  init() {
    arguments = Array(CommandLine.arguments.dropFirst())
    workingDirectory = Self.absolute(".")
  }

  /// The record in the folder of a run.
  init(folder: String) throws {
    let path = "\(folder)/\(Self.name)"
    let advice = "; --resume takes the folder that --output named"
    let text: [UInt8]
    do throws(FileError) {
      text = try readFile(path, limit: 1 << 24)
    } catch {
      throw Failure(description: "\(error)\(advice)")
    }
    do {
      let json = try JSON(parsing: text)
      guard let directory = json["working_directory"]?.string,
        let arguments = json["arguments"]?.array?.map(\.string), !arguments.contains(nil)
      else { throw Failure(description: "lacks the arguments of a run") }
      workingDirectory = directory
      self.arguments = arguments.compactMap { $0 }
    } catch {
      throw Failure(description: "\(path): \(error)\(advice)")
    }
  }

  /// Goes where the run was started, and gives its command, with what `later` arguments say instead.
  func reopen(with later: [String]) throws -> TrainCommand {
    guard chdir(workingDirectory) == 0 else {
      throw Failure(
        description: "\(workingDirectory): the run was started there, but the folder cannot be "
          + "entered: \(String(cString: strerror(errno)))")
    }
    guard let command = try TrainCommand.parseAsRoot(arguments + later) as? TrainCommand
    else {
      throw Failure(description: "\(Self.name): its arguments are no command of pneumo-train")
    }
    return command
  }

  /// What the file says.
  func json(
    _ settings: RunSettings, _ dataset: Dataset, _ splits: [(number: Int?, split: Split)],
    splitSeed: Int, instructionSet: String, threads: Int
  ) -> JSON {
    .object([
      "arguments": .array(arguments.map { .string($0) }),
      "working_directory": .string(workingDirectory), "settings": settings.json,
      "classes": .array(dataset.classes.map { .string($0) }),
      "images": .int(dataset.samples.count),
      "patients": .int(Set(dataset.samples.map(\.patient)).count),
      "split_seed": .int(splitSeed),
      "splits": .array(
        splits.map {
          .object([
            "fold": $0.number.map { .int($0) } ?? .null,
            "training": .int($0.split.training.count),
            "validation": .int($0.split.validation.count),
          ])
        }),
      "instruction_set": .string(instructionSet), "threads": .int(threads),
    ])
  }

  /// `path` from the root; as it is where nothing is there.
  static func absolute(_ path: String) -> String {
    resolvedPath(path) ?? path
  }
}
