import ArgumentParser
import PneumoConsole

/// How this program was built.
enum BuildConfiguration {
  /// Whether the build is optimized: `assert` evaluates its condition only in one that is not.
  static var isOptimized: Bool {
    var isChecked = false
    assert(
      {
        isChecked = true
        return true
      }())
    return !isChecked
  }

  /// SwiftPM's name for the configuration.
  static var name: String { isOptimized ? "release" : "debug" }

  /// The error message of a build that is not optimized.
  static let refusal = """
    bench: this build is not optimized, so its timings would be meaningless. Use:
      swift run -c release bench

    """

  /// Exits with code 2 unless the build is optimized.
  static func requireOptimized() throws {
    guard isOptimized else {
      StandardStream.error.write(data: refusal)
      throw ExitCode(2)
    }
  }
}
