import ArgumentParser
import PneumoConsole
import PneumoDataset
import PneumoInspection
import PneumoModel
import PneumoSupport
import PneumoSystem
import PneumoToolSupport

/// The subcommand that shows images of each class, and what augmentation makes of them.
struct MakeGallery: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gallery",
    abstract: "Shows random images of each class on one page (HTML).",
    discussion: """
      DATA is a folder of class folders, a folder of splits of class folders, or a .csv table as \
      pneumo-train takes it. The page holds its images and loads nothing.

      With an option of augmentation, each image is shown beside what pneumo-train makes of it in \
      its first epochs: the same pixels, where seed, augmentation, network and size are the same \
      and DATA is what it is given.

      EXAMPLES
        pneumo-data phantom drawings --count 40
        pneumo-data gallery drawings -o gallery.html
        pneumo-data gallery drawings --augment robust --count 3 -o robust.html
        pneumo-data gallery drawings --network study --rotation 15 --flip -o t.html

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, where --threads is not given

      The exit code is 1 where an image that was chosen cannot be read; another takes its place.
      """)

  @OptionGroup var source: SourceOptions

  @Option(name: [.short, .long], help: "The page to write: a file .html.")
  var output: String

  @Option(help: "Images of each class.")
  var count = 5

  @Option(help: "Another seed chooses other images, and varies them otherwise.")
  var seed = 42

  @Option(help: "Epochs of augmentation that are shown.")
  var versions = 5

  @Option(
    help: """
      Whose input augmentation changes: pneumo (gray, 128 x 128 pixels, averaged) or study \
      (colors, 150 x 150, nearest pixels).
      """)
  var network = NetworkInput.pneumo

  @Option(help: "The side of augmented images. (default: the network's)")
  var size: Int?

  @OptionGroup(title: "AUGMENTATION")
  var augmentation: AugmentationOptions

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard (1...100).contains(count) else {
      throw ValidationError("--count is \(count), expected 1 to 100.")
    }
    guard (1...20).contains(versions) else {
      throw ValidationError("--versions is \(versions), expected 1 to 20.")
    }
    guard UInt32(exactly: seed) != nil else {
      throw ValidationError("--seed is \(seed), expected 0 to \(UInt32.max).")
    }
    if let size, !(8...1024).contains(size) {
      throw ValidationError("--size is \(size), expected 8 to 1024.")
    }
    guard output.lowercased().hasSuffix(".html") else {
      throw ValidationError("--output is '\(output)', expected a name that ends in .html.")
    }
    try augmentation.check()
  }

  func run() throws {
    try checkOutput(output, .page(by: "pneumo-data"), inputs: [source.data])
    let collection = try source.collection()
    var settings = Gallery.Settings()
    settings.count = count
    settings.seed = UInt32(seed)
    settings.augmentation = augmentation.applied(to: .none)
    settings.versions = versions
    settings.preprocessing = network.preprocessing(side: size)
    let total = count * collection.classes.count * collection.splits.count
    let gallery = try threads.scanning(total) { try Gallery(collection, settings, $0) }
    let page = Array(gallery.page.utf8)
    try writeAtomically(page, to: output)
    StandardStream.output.write(
      "Wrote \(output): \(gallery.imageCount) images, "
        + "\(Format.bytes(page.count)).\n"
    )
    try report(gallery.problems)
  }
}

/// What `--network` takes.
enum NetworkInput: String, ExpressibleByArgument, CaseIterable {
  case pneumo, study

  func preprocessing(side: Int?) -> Preprocessing {
    switch self {
    case .pneumo: .gray(size: Extent(side ?? 128))
    case .study: .kerasStudy(size: Extent(side ?? 150))
    }
  }
}
