import ArgumentParser
import PneumoConsole
import PneumoSupport
import PneumoSystem

/// Runs a tool with the arguments of this process and ends the process.
///
/// Exit codes of all tools: 0 all good, 1 something failed, 2 wrong usage. An `ExitCode` that the
/// command throws is passed on without a message. Other errors become one line on standard error,
/// after the tool's name. So does a failure to write standard output: what a tool has computed and
/// nobody received is an error, unless the reader has left by itself.
package func runTool(_ tool: any ParsableCommand.Type) -> Never {
  openClosedStreams()
  signal(SIGPIPE, SIG_IGN)  // a reader who has gone is seen where the stream is written
  signal(SIGXFSZ, SIG_IGN)  // so is the limit on file sizes, and no half file stays behind
  do {
    var command = try tool.parseAsRoot()
    try command.run()
    finish(tool, 0)
  } catch let code as ExitCode {
    finish(tool, code.rawValue)
  } catch {
    let message = tool.fullMessage(for: error)
    switch tool.exitCode(for: error) {
    case .success:  // --help, --version
      StandardStream.output.write(ConsoleText(lines: message + "\n"))
      finish(tool, 0)
    case .validationFailure:
      StandardStream.error.write(ConsoleText(lines: message + "\n"))
      exit(2)
    default:
      report("\(error)", of: tool)
      exit(1)
    }
  }
}

/// Ends the process, with an error where standard output could not be written.
private func finish(_ tool: any ParsableCommand.Type, _ code: Int32) -> Never {
  guard let reason = StandardStream.outputFailure else { exit(code) }
  report("standard output: \(reason)", of: tool)
  exit(code == 0 ? 1 : code)
}

/// Sees to it that no file is opened as standard input, output or error because those are closed,
/// and then gets what is meant for them.
///
/// They are opened the wrong way round, so that to use them stays an error.
private func openClosedStreams() {
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
    // The lowest free descriptor is the one that is missing.
    _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// Writes `error` on standard error, after the tool's name; names in it cannot move the cursor.
private func report(_ error: String, of tool: any ParsableCommand.Type) {
  StandardStream.error.write("\(tool._commandName): \(ConsoleText(lines: error))\n")
}
