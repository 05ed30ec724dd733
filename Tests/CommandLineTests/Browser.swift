import Foundation
import PneumoTestSupport

/// A headless Chromium, as readers of reports have one.
enum Browser {
  /// Where it is; `nil` where none is installed.
  static let path: String? = {
    let names = ["chromium", "chromium-browser", "google-chrome"]
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return names.flatMap { name in folders.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What a page became.
  struct Page {
    /// The document when it was ready.
    let document: String
    /// What the browser wrote on its console, a line each.
    let console: [String]
  }

  /// Opens a file.
  static func open(_ file: String, width: Int, in folder: TemporaryFolder) throws -> Page {
    let process = Process()
    process.executableURL = URL(filePath: path ?? "chromium")
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--user-data-dir=\(folder.path("profile-\(UUID().uuidString)"))", "--enable-logging=stderr",
      "--window-size=\(width),900", "--virtual-time-budget=5000", "--dump-dom",
      "file://\(folder.path(file))",
    ]
    let files = try ["out", "err"].map { name in
      let url = URL(filePath: folder.path("browser.\(name)"))
      try Data().write(to: url)
      return url
    }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    let messages = String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
    return Page(
      document: String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
      console: messages.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init))
  }
}
