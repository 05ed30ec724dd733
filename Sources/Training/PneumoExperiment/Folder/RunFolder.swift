import PneumoSystem

/// The folder that a run writes into, kept from other runs until this object ends.
package final class RunFolder {
  /// What tells a run from any other folder.
  package static let recordName = "run.json"
  /// Files of a run; in another folder they would be somebody else's.
  private static let fileNames: Set = [
    recordName, "best.ckpt", "last.ckpt", "history.csv", "history.json", "curves.svg",
    "metrics.json", "predictions.csv", "ensemble.pnm", "model.pnm",
  ]

  /// Where it is.
  package let path: String
  private var lock: RunLock?
  /// The folders that were made here, the innermost first.
  private var made: [String] = []

  /// Makes the folder of a new run, or takes one without anything that a run would replace.
  ///
  /// - Parameter data: the folder of the images, which must not get files of a run; `nil` where they
  ///   are named by a table.
  ///
  /// Throws `otherRun` for a folder with a run, `file` for one that cannot be used, `inUse` for one
  /// that another process writes into.
  package init(startingIn path: String, data: String?) throws(RunError) {
    self.path = path
    try Self.checkIsOutside(path, data)
    try Self.checkNothingIsReplaced(in: path)
    let missing = missingFolders(above: path)
    do throws(FileError) { try makeFolder(path) } catch {
      throw RunError(.file, error.description)
    }
    made = missing
    do throws(RunError) {
      // The path may have led through folders that did not exist.
      try Self.checkIsOutside(path, data)
      lock = try RunLock(folder: path)
      // Another run may have begun, and even ended, since the first look.
      try Self.checkNothingIsReplaced(in: path)
    } catch {
      discard()
      throw error
    }
    removeLeftovers(in: path)
  }

  /// Takes the folder of a run to go on with it.
  package init(resuming path: String) throws(RunError) {
    self.path = path
    lock = try RunLock(folder: path)
    removeLeftovers(in: path)
  }

  /// Removes the folder, where it was made here and nothing has been written into it.
  package func discard() {
    lock = nil
    for folder in made { rmdir(folder) }
  }

  /// Throws `file` where the file system has less room than `byteCount`, as far as it tells.
  package func checkSpace(for byteCount: Int) throws(RunError) {
    var status = statvfs()
    guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return }
    let blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail
    let free = Double(blocks) * Double(status.f_frsize)
    guard free < Double(byteCount) else { return }
    func megabytes(_ bytes: Double) -> Int { Int((bytes / 1e6).rounded(.up)) }
    throw RunError(
      .file,
      "\(path): no room for the checkpoints: its disk has \(Int(free / 1e6)) MB left, and they need "
        + "\(megabytes(Double(byteCount))) MB; free some, or use another folder")
  }

  // MARK: -

  private static func checkNothingIsReplaced(in path: String) throws(RunError) {
    if access("\(path)/\(recordName)", F_OK) == 0 {
      throw RunError(
        .otherRun,
        "\(path): holds a run already; go on with it by pneumo-train --resume \(path), or use "
          + "another folder")
    }
    guard let names = try? FolderEntries(of: path) else { return }
    let found =
      names.files.first(where: fileNames.contains) ?? names.folders.first(where: isPartOfRun)
    guard let found else { return }
    throw RunError(
      .file,
      "\(path): holds \(found), but no \(recordName), so it is not the folder of a run; use another "
        + "folder, or move \(found) away")
  }

  /// Whether a folder has the name of one fold's, or of the last training on all images.
  private static func isPartOfRun(_ name: String) -> Bool {
    name == "refit" || name.hasPrefix("fold") && Int(name.dropFirst("fold".count)) != nil
  }

  private static func checkIsOutside(_ path: String, _ data: String?) throws(RunError) {
    guard let data, isInside(path, folder: data) else { return }
    throw RunError(
      .file,
      "\(path): lies in the folder of the images, \(data), where the next run would take its files "
        + "for a class; use a folder outside")
  }
}
