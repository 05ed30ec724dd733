import ArgumentParser
import PneumoConsole
import PneumoPhantom
import PneumoSupport

/// The subcommand that draws a series of phantoms into a folder.
struct DrawPhantoms: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phantom",
    abstract: "Draws chest X-rays that are made up, half of them with pneumonia.",
    discussion: """
      Writes OUT/NORMAL/phantom-000000.jpeg and so on, and the same in OUT/PNEUMONIA. Phantoms are \
      drawings and show no patient; predictions for them mean nothing in medicine. The same \
      seed and count give the same files, whatever the number of threads.

      EXAMPLES
        pneumo-data phantom drawings --count 12
        pneumo-data phantom train --count 2000 --seed 1
        pneumo-data phantom test --count 400 --seed 2

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, where --threads is not given
      """)

  @Argument(
    help: ArgumentHelp(
      "The folder to draw into: a new one, or an empty one. Nothing is ever replaced.",
      valueName: "out"))
  var folder: String

  @Option(help: "How many to draw.")
  var count: Int

  @Option(help: "Another seed gives another series.")
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard (1...PhantomFolder.maximumCount).contains(count) else {
      throw ValidationError(
        "--count is \(count), expected 1 to \(PhantomFolder.maximumCount).")
    }
  }

  func run() throws {
    let threads = try self.threads.count()
    let start = ContinuousClock.now
    let folder = try PhantomFolder(creating: folder)
    Interrupt.observe()
    let drawn = try folder.draw(count: count, seed: seed, threads: threads)
    guard drawn.count == count else {
      StandardStream.error.write(
        "pneumo-data: interrupted after \(drawn.count) of \(count) phantoms\n")
      throw ExitCode(Interrupt.exitCode)
    }
    let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
    StandardStream.output.write(
      "Drew \(Format.grouped(count)) \(count == 1 ? "phantom" : "phantoms") into \(folder.path): "
        + "\(Format.grouped(count - drawn.pneumonias)) NORMAL, "
        + "\(Format.grouped(drawn.pneumonias)) PNEUMONIA, \(Format.bytes(drawn.bytes)), "
        + "\(Format.fixed(seconds, 1)) s.\n")
  }
}
