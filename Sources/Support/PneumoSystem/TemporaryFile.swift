import Synchronization

/// A file that is being written beside the one it is to replace; removed unless it is moved there.
///
/// It is called `.NAME.pneumo-` and 16 random digits, and locked while it is written. The system
/// drops the lock of a process that dies, so ``removeLeftovers(in:)`` can tell what a killed run has
/// left from what another run is writing.
struct TemporaryFile: ~Copyable {
  /// Open for writing.
  let descriptor: CInt
  private let path: String

  /// Makes an empty file in the folder of `target`.
  ///
  /// - Parameter mode: its permissions, less those that the user's umask takes away.
  init(beside target: String, mode: mode_t) throws(FileError) {
    let place = Place(target)
    removeLeftoversOnce(in: place.folder)
    while true {
      let path = place.temporaryPath()
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      guard descriptor >= 0 else {
        if errno == EEXIST || errno == EINTR { continue }
        throw .last(target, doing: "create a temporary file beside it")
      }
      // File systems without locks refuse this: then leftovers stay, since nobody else gets a lock.
      while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
      var status = stat()
      if fstat(descriptor, &status) != 0 || status.st_nlink > 0 {
        self.descriptor = descriptor
        self.path = path
        return
      }
      close(descriptor)  // taken for a leftover before it was locked
    }
  }

  deinit {
    unlink(path)  // fails where it was moved, as it should
    close(descriptor)
  }

  /// Writes all of `bytes` and waits until the disk has them.
  func write(_ bytes: [UInt8]) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        writeSome(descriptor, buffer.baseAddress! + done, buffer.count - done)
      }
      if written >= 0 {
        done += written
      } else if errno != EINTR {
        throw .last(path, doing: "write")
      }
    }
    guard fsync(descriptor) == 0 else { throw .last(path, doing: "write") }
  }

  /// Sets its permissions, whatever the umask.
  func set(_ permissions: mode_t) throws(FileError) {
    guard fchmod(descriptor, permissions) == 0 else {
      throw .last(path, doing: "set its permissions")
    }
  }

  /// Gives the file the name `target`, in place of what had it.
  func move(to target: String) throws(FileError) {
    guard rename(path, target) == 0 else { throw .last(target, doing: "write") }
    synchronizeFolder(Place(target).folder)
  }
}

/// Where a file is, and what temporary files beside it are called.
private struct Place {
  /// The folder, `.` where the path names none.
  let folder: String
  private let prefix: String
  private let name: String

  private static let marker = ".pneumo-"
  private static let digits = 16
  /// Bytes of the file's name that fit in a temporary name beside dot, marker and digits, where a
  /// file system allows names of 255 bytes. Eight-bit Latin letters take two.
  private static let nameLimit = 200

  init(_ path: String) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    prefix = slash.map { String(path[...$0]) } ?? ""
    folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    name = String(path[(slash.map { path.utf8.index(after: $0) } ?? path.startIndex)...])
  }

  func temporaryPath() -> String {
    var shortName = ""
    for scalar in name.unicodeScalars {
      guard shortName.utf8.count + UTF8.width(scalar) <= Self.nameLimit else { break }
      shortName.unicodeScalars.append(scalar)
    }
    let random = String(UInt64.random(in: 0...(.max)), radix: 16)
    let zeros = String(repeating: "0", count: Self.digits - random.count)
    return "\(prefix).\(shortName)\(Self.marker)\(zeros)\(random)"
  }

  /// Whether a name of this form was given by ``temporaryPath()``.
  static func isTemporary(_ name: [UInt8]) -> Bool {
    guard name.first == UInt8(ascii: "."), name.count > digits + marker.utf8.count else {
      return false
    }
    let isHexadecimal = name.suffix(digits).allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
    return isHexadecimal
      && name.dropLast(digits).suffix(marker.utf8.count).elementsEqual(marker.utf8)
  }
}

/// Removes temporary files that killed runs have left in `folder`.
///
/// Those that another process, or another part of this one, is writing stay. Whatever cannot be
/// removed stays, too: it costs space only.
package func removeLeftovers(in folder: String) {
  guard let stream = opendir(folder) else { return }
  defer { closedir(stream) }
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    guard Place.isTemporary(name) else { continue }
    let text = name.map(CChar.init(bitPattern:)) + [0]
    let descriptor = openat(
      dirfd(stream), text, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { continue }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      flock(descriptor, LOCK_EX | LOCK_NB) == 0
    else { continue }
    unlinkat(dirfd(stream), text, 0)
  }
}

/// Folders that this process has looked for leftovers in. Once is enough: what dies later is found by
/// the next run, and folders with many files are not listed for each of them.
private let searchedFolders = Mutex<Set<String>>([])

private func removeLeftoversOnce(in folder: String) {
  guard searchedFolders.withLock({ $0.insert(folder).inserted }) else { return }
  removeLeftovers(in: folder)
}

/// Makes a rename durable. Not every file system can; the file is whole either way.
private func synchronizeFolder(_ folder: String) {
  let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
