import Foundation
import PneumoConsole

/// A Python with other engines in it.
struct PythonEnvironment {
  /// The interpreter.
  let python: String
  /// Whether packages may be installed into it.
  private let isOurs: Bool

  /// A folder for models that engines are given.
  static var scratch: String { cache.appending(path: "models").path }

  private static var cache: URL {
    let variables = ProcessInfo.processInfo.environment
    let base =
      variables["XDG_CACHE_HOME"].map { URL(filePath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".cache")
    return base.appending(path: "pneumo-bench")
  }

  /// The interpreter at `path`, into which nothing is installed; or else one in a folder of the
  /// user's cache, made where it is missing.
  init(_ path: String?) throws {
    if let path {
      guard try Command.run([path, "-c", "import numpy"]).exitCode == 0 else {
        throw BenchError("\(path): not a Python that has numpy; install it, or leave out --python")
      }
      (python, isOurs) = (path, false)
      return
    }
    let folder = Self.cache.appending(path: "python")
    (python, isOurs) = (folder.appending(path: "bin/python").path, true)
    if !FileManager.default.isExecutableFile(atPath: python) {
      Self.tell("making a Python environment in \(folder.path)")
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

  /// Installs what `engine` needs and lacks; answers why that is not possible, or `nil`.
  func prepare(_ engine: Engine) throws -> String? {
    try install(modules: engine.modules, packages: engine.packages)
  }

  private func install(modules: [String], packages: [String]) throws -> String? {
    guard let missing = try firstMissing(modules) else { return nil }
    guard isOurs else { return "\(python) has no module \(missing)" }
    Self.tell("pip install \(packages.joined(separator: " "))")
    let done = try Command.run(
      [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + packages)
    if done.exitCode != 0 { return done.reason }
    return try firstMissing(modules).map { "there is no module \($0) after the installation" }
  }

  /// Looks for modules without importing them, which takes seconds for some.
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

  private static func tell(_ text: String) { StandardStream.error.write("bench: \(text)\n") }
}
