import ArgumentParser
import PneumoConsole

/// How this program was built.
enum BuildConfiguration {
  /// Whether it was built for speed: `assert` runs its condition only in a build that is not.
  static var isOptimized: Bool {
    var isChecked = false
    assert(
      {
        isChecked = true
        return true
      }())
    return !isChecked
  }

  /// What SwiftPM calls it.
  static var name: String { isOptimized ? "release" : "debug" }

  /// What a build that cannot measure says.
  static let refusal = """
    bench: this build is not optimised, so its times would mean nothing. Use:
      swift run -c release bench

    """

  /// Refuses to measure in a build that is not optimised: exit code 2.
  static func requireOptimized() throws {
    guard isOptimized else {
      StandardStream.error.write(refusal)
      throw ExitCode(2)
    }
  }
}
