import PneumoSystem

/// The sole right to write into the folder of a run, for as long as this object lives.
///
/// It is a lock of the kernel (flock(2)) on the file `run.lock`, so a process that is killed leaves
/// none behind; the file itself is removed at the end, and one that stays behind holds nobody up.
package final class RunLock {
  static let name = "run.lock"

  private let path: String
  private let descriptor: CInt

  /// Takes the lock. Throws `inUse` where another process holds it, `file` where nothing can be
  /// written.
  package init(folder: String) throws(RunError) {
    path = "\(folder)/\(Self.name)"
    while true {
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
      guard opened >= 0 else {
        throw RunError(
          .file, "\(folder): cannot be written to: \(String(cString: strerror(errno)))")
      }
      // A file system without locks fails in another way; there the folder goes unguarded.
      if flock(opened, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        let holder = Self.holder(opened)
        close(opened)
        throw RunError(
          .inUse,
          "\(folder): another pneumo-train\(holder) is writing into it; wait for its end, or take "
            + "another folder")
      }
      // Its last holder may have removed the file after it was opened here.
      if Self.isSame(opened, path) {
        descriptor = opened
        break
      }
      close(opened)
    }
    let line = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, line, line.count, 0)
  }

  deinit {
    unlink(path)
    close(descriptor)
  }

  /// The process that the file names, in brackets.
  private static func holder(_ descriptor: CInt) -> String {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(count, 0)).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
  }

  private static func isSame(_ descriptor: CInt, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
      && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
  }
}
