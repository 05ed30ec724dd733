import ArgumentParser
import PneumoConsole
import PneumoSupport
import PneumoSystem

/// Runs a tool with the arguments of this process and ends the process.
///
/// Exit codes of all tools: 0 all good, 1 something failed, 2 wrong usage. An `ExitCode` that the
/// command throws is passed on without a message. Other errors become one line on standard error,
/// after the tool's name.
package func runTool(_ tool: any ParsableCommand.Type) -> Never {
  do {
    var command = try tool.parseAsRoot()
    try command.run()
    exit(0)
  } catch let code as ExitCode {
    exit(code.rawValue)
  } catch {
    let message = tool.fullMessage(for: error)
    switch tool.exitCode(for: error) {
    case .success:  // --help, --version
      StandardStream.output.write(message + "\n")
      exit(0)
    case .validationFailure:
      StandardStream.error.write(message + "\n")
      exit(2)
    default:
      report(error, of: tool)
      exit(1)
    }
  }
}

/// Writes `error` on standard error, after the tool's name; names in it cannot move the cursor.
private func report(_ error: any Error, of tool: any ParsableCommand.Type) {
  let lines = "\(error)".split(separator: "\n", omittingEmptySubsequences: false)
  let text = lines.map { Format.visible(String($0)) }.joined(separator: "\n")
  StandardStream.error.write("\(tool._commandName): \(text)\n")
}
