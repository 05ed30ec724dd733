import Foundation
import PneumoConsole

/// A Python environment with the other engines.
struct PythonEnvironment {
  /// The path of the interpreter.
  let python: String
  /// Whether packages may be installed into it.
  private let isOurs: Bool

  /// A folder for the models that are generated for other engines.
  static var scratch: String { cache.appending(path: "models").path }

  private static var cache: URL {
    let variables = ProcessInfo.processInfo.environment
    let base =
      variables["XDG_CACHE_HOME"].map { URL(filePath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".cache")
    return base.appending(path: "pneumo-bench")
  }

  /// Uses the interpreter at `path`, into which nothing is installed; if `path` is `nil`, uses an
  /// environment in the user's cache folder, which is created if it does not exist.
  init(_ path: String?) throws {
    if let path {
      guard try Command.run([path, "-c", "import numpy"]).exitCode == 0 else {
        throw BenchError(
          "\(path): not a Python interpreter with numpy; install numpy, or leave out --python")
      }
      (python, isOurs) = (path, false)
      return
    }
    let folder = Self.cache.appending(path: "python")
    (python, isOurs) = (folder.appending(path: "bin/python").path, true)
    if !FileManager.default.isExecutableFile(atPath: python) {
      Self.log("creating a Python environment in \(folder.path)")
      let made = try Command.run(["python3", "-m", "venv", folder.path])
      guard made.exitCode == 0 else {
        throw BenchError(
          "python3 -m venv \(folder.path): \(made.reason); install Python 3 with venv and pip "
            + "(Debian: python3-venv), or name an interpreter with --python")
      }
    }
    if let reason = try install(modules: ["numpy"], packages: ["numpy"]) {
      throw BenchError("numpy cannot be installed in \(folder.path): \(reason)")
    }
  }

  /// Installs the packages that `engine` needs. Returns the reason if that is not possible.
  func prepare(_ engine: Engine) throws -> String? {
    try install(modules: engine.modules, packages: engine.packages)
  }

  private func install(modules: [String], packages: [String]) throws -> String? {
    guard let missing = try firstMissing(modules) else { return nil }
    guard isOurs else { return "\(python) has no module \(missing)" }
    Self.log("pip install \(packages.joined(separator: " "))")
    let done = try Command.run(
      [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + packages)
    if done.exitCode != 0 { return done.reason }
    return try firstMissing(modules).map { "module \($0) is missing after installation" }
  }

  /// Finds missing modules without importing any, since importing some takes seconds.
  private func firstMissing(_ modules: [String]) throws -> String? {
    let find = """
      import importlib.util, sys
      print(next((m for m in sys.argv[1:] if not importlib.util.find_spec(m)), ""))
      """
    let found = try Command.run([python, "-c", find] + modules)
    guard found.exitCode == 0 else { throw BenchError("\(python): \(found.reason)") }
    let name = found.output.trimmingCharacters(in: .whitespacesAndNewlines)
    return name.isEmpty ? nil : name
  }

  private static func log(_ text: String) { StandardStream.error.write("bench: \(text)\n") }
}
