import Foundation

/// The checkout that this program was built from.
enum Checkout {
  /// Its root.
  static let root: String = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The absolute path of a file in the checkout.
  static func path(_ relative: String) -> String { "\(root)/\(relative)" }

  /// The commit that is checked out, followed by `+` if tracked files have been modified;
  /// `unknown` without git.
  static let commit: String = {
    let git = ["git", "-C", root]
    guard let commit = try? Command.run(git + ["rev-parse", "--short", "HEAD"]),
      commit.exitCode == 0,
      let status = try? Command.run(git + ["status", "--porcelain", "--untracked-files=no"])
    else { return "unknown" }
    let name = commit.output.trimmingCharacters(in: .whitespacesAndNewlines)
    return name + (status.output.isEmpty ? "" : "+")
  }()
}
