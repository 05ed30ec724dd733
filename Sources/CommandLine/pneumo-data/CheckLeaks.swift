import ArgumentParser
import PneumoConsole
import PneumoInspection
import PneumoSupport

/// The subcommand that looks for leaks between splits and for doubtful labels.
struct CheckLeaks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Finds patients and images in several splits, and the same image in two classes.",
    discussion: """
      DATA are folders of class folders, folders of splits of class folders, or .csv tables as \
      pneumo-train takes them; each folder of classes and each table is a split. Patients are told \
      by names such as person12_virus_3.jpeg, or by a table.

      Images are compared byte by byte, and by a perceptual hash (the 64 bits of pHash) whose \
      findings must also correlate at 32 x 32 pixels. This finds images that were saved again, \
      made smaller, or made brighter or darker, and no two different X-rays of 5,216; it does not \
      find images that were mirrored, and few that were cut.

      EXAMPLES
        pneumo-data phantom train --count 60 --seed 1
        pneumo-data phantom test --count 20 --seed 2
        pneumo-data check train test
        pneumo-data check train test --format json
        pneumo-data check chest_xray

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, where --threads is not given

      The exit code is 1 where there is a leak, a conflict of labels or an unreadable image.
      """)

  @Argument(help: "Folders of images, or .csv tables.")
  var data: [String]

  @Option(
    help: """
      How folders are nested: classes (CLASS/image.jpeg) or splits (SPLIT/CLASS/image.jpeg). \
      (default: by where most images are)
      """)
  var layout: FolderLayout?

  @Option(help: "In how many of 64 bits the hashes of nearly identical images may differ: 0 to 16.")
  var distance = LeakCheck.Standard().distance

  @Option(help: "The least correlation of nearly identical images: 0.5 to 1.")
  var similarity = LeakCheck.Standard().similarity

  @Option(help: "How it is printed: table or json.")
  var format = ReportFormat.table

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard (0...16).contains(distance) else {
      throw ValidationError("--distance is \(distance), expected 0 to 16.")
    }
    guard (0.5...1).contains(similarity) else {
      throw ValidationError("--similarity is \(similarity), expected 0.5 to 1.")
    }
  }

  func run() throws {
    let collection = try ImageCollection(data, layout: layout?.layout)
    let standard = LeakCheck.Standard(distance: distance, similarity: similarity)
    let check = try threads.scanning(collection.imageCount) {
      try LeakCheck(collection, standard, $0)
    }
    switch format {
    case .json: StandardStream.output.write(data: check.json.indentedText + "\n")
    case .table: StandardStream.output.write(ConsoleText(lines: check.text))
    }
    try report(check.problems)
    if check.leaks || check.conflicts { throw ExitCode(1) }
  }
}
