import PneumoSystem

/// The developers' folder of real images and reference answers, which stands beside the checkout
/// and is not part of the project.
///
/// A test that wants something of it is disabled, with a line that says so, where it is missing:
/// `@Test(.enabled(if: SharedFolder.has("golden/study3.h5"), "needs ../shared"))`.
public enum SharedFolder {

  /// The root of the checkout.
  public static let packageRoot: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  /// The path of a file in the folder.
  public static func path(_ relative: String) -> String { "\(packageRoot)/../shared/\(relative)" }

  /// Whether the file can be read.
  public static func has(_ relative: String) -> Bool { access(path(relative), R_OK) == 0 }
}
