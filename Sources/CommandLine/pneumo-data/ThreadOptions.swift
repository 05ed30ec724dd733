import ArgumentParser
import PneumoConcurrency
import PneumoConsole
import PneumoDataset
import PneumoInspection
import PneumoSupport
import Synchronization

/// How many threads work.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads. (default: what this process may use)")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...ThreadCount.maximum).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to \(ThreadCount.maximum).")
    }
  }

  /// A bad environment variable is wrong usage, as a bad option is.
  func count() throws -> Int {
    if let threads { return threads }
    do {
      return try ThreadCount.preferred()
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// What `body` makes of files, with a progress bar. Ctrl-C ends it early, and the process.
  func scanning<Value>(_ total: Int, _ body: (Scan) throws -> Value) throws -> Value {
    let bar = Mutex(ProgressBar(total: total, unit: "images"))
    var scan = Scan()
    scan.threads = try count()
    scan.progress = { done in bar.withLock { $0.update(done) } }
    scan.isCancelled = { Interrupt.isRequested }
    Interrupt.observe()
    defer { bar.withLock { $0.clear() } }
    do {
      return try body(scan)
    } catch let error as DatasetError where error.kind == .canceled {
      bar.withLock { $0.clear() }
      StandardStream.error.write("pneumo-data: \(error)\n")
      throw ExitCode(Interrupt.exitCode)
    }
  }
}

/// How findings are printed.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

/// Writes each problem on standard error; where there is one, ends with exit code 1.
func report(_ problems: [FileProblem]) throws {
  for problem in problems {
    StandardStream.error.write("pneumo-data: \(problem)\n")
  }
  if !problems.isEmpty { throw ExitCode(1) }
}
