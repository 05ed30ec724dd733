import ArgumentParser
import PneumoConsole
import PneumoInspection
import PneumoSupport
import PneumoSystem
import PneumoToolSupport

/// The subcommand that counts what is in a folder of images.
struct TakeCensus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "census",
    abstract: "Counts images and patients of each split and class, and finds bad files.",
    discussion: """
      DATA is a folder of class folders, a folder of splits (train, val, test) of class folders, \
      or a .csv table as pneumo-train takes it. Every image is decoded, so that truncated files are \
      found. Problems are written to standard error, one a line.

      EXAMPLES
        pneumo-data phantom drawings --count 12
        pneumo-data census drawings
        pneumo-data census drawings --svg census.svg
        pneumo-data census drawings --format json

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, where --threads is not given

      The exit code is 1 where there is a problem with a file.
      """)

  @OptionGroup var source: SourceOptions

  @Option(help: "How it is printed: table or json.")
  var format = ReportFormat.table

  @Option(help: ArgumentHelp("Also draw bars into this file.", valueName: "file"))
  var svg: String?

  @OptionGroup var threads: ThreadOptions

  func run() throws {
    if let svg { try checkOutput(svg, .svg, inputs: [source.data]) }
    let collection = try source.collection()
    let census = try threads.scanning(collection.imageCount) { try Census(collection, $0) }
    if let svg {
      let name = collection.paths[0].split(separator: "/").last.map(String.init) ?? "/"
      try writeAtomically(Array(census.chart(title: name).svg.utf8), to: svg)
    }
    switch format {
    case .json: StandardStream.output.write(data: census.json.indentedText + "\n")
    case .table: StandardStream.output.write(ConsoleText(lines: census.text))
    }
    try report(census.problems)
  }
}

/// Where the images of a command are.
struct SourceOptions: ParsableArguments {
  @Argument(help: "A folder of images, or a .csv table.")
  var data: String

  @Option(
    help: """
      How a folder is nested: classes (CLASS/image.jpeg) or splits (SPLIT/CLASS/image.jpeg). \
      (default: by where most images are)
      """)
  var layout: FolderLayout?

  func collection() throws -> ImageCollection {
    try ImageCollection([data], layout: layout?.layout)
  }
}

/// What `--layout` takes.
enum FolderLayout: String, ExpressibleByArgument, CaseIterable {
  case classes, splits

  var layout: ImageCollection.Layout { self == .classes ? .classes : .splits }
}
