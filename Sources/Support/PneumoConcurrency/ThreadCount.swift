import CCPU
import PneumoSystem

/// How many threads this process may keep busy.
public enum ThreadCount {
  /// The environment variable `PNEUMO_NUM_THREADS`, or the smaller of the processors that the
  /// affinity mask allows and the quota of the control group, rounded up.
  public static func preferred() throws(ThreadCountError) -> Int {
    if let text = getenv("PNEUMO_NUM_THREADS").map({ String(cString: $0) }) {
      guard let count = Int(text), (1...maximum).contains(count) else {
        throw ThreadCountError(
          description: "PNEUMO_NUM_THREADS is '\(text)', expected 1 to \(maximum)")
      }
      return count
    }
    return max(1, min(allowedProcessors, quota() ?? .max, maximum))
  }

  /// `wanted` threads, or ``preferred()`` where that is `nil`; an error outside of 1 to ``maximum``.
  public static func resolve(_ wanted: Int?) throws(ThreadCountError) -> Int {
    guard let wanted else { return try preferred() }
    guard (1...maximum).contains(wanted) else {
      throw ThreadCountError(description: "\(wanted) threads, expected 1 to \(maximum)")
    }
    return wanted
  }

  /// More threads than this are surely a mistake.
  public static let maximum = 1024

  /// Processors that the affinity mask allows.
  static var allowedProcessors: Int {
    #if os(Linux)
    var mask = [UInt8](repeating: 0, count: 8192)  // room for 65,536 processors
    if cpu_getaffinity(0, mask.count, &mask) == 0 {
      return mask.reduce(0) { $0 + $1.nonzeroBitCount }
    }
    #endif
    return max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
  }

  /// The CPU quota of the control group in whole processors, `nil` where there is none: the least
  /// of the group of this process and those above it.
  static func quota(root: String = "/sys/fs/cgroup", process: String = "/proc/self/cgroup") -> Int?
  {
    // Version 2 has one line, "0::/path"; seen from inside a container the path is often "/".
    var path =
      firstLine(process).flatMap { line in
        line.hasPrefix("0::/") ? String(line.dropFirst(3)) : nil
      } ?? "/"
    var least: Int?
    while true {
      if let quota = quota(ofGroup: root + (path == "/" ? "" : path), version1: path == "/") {
        least = min(least ?? quota, quota)
      }
      guard path != "/", let slash = path.lastIndex(of: "/") else { return least }
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
  }

  private static func quota(ofGroup group: String, version1: Bool) -> Int? {
    if let line = firstLine("\(group)/cpu.max") {  // version 2: "quota period" or "max period"
      return processors(line.split(separator: " "))
    }
    guard version1, let quota = firstLine("\(group)/cpu/cpu.cfs_quota_us"),
      let period = firstLine("\(group)/cpu/cpu.cfs_period_us")
    else { return nil }
    return processors([quota[...], period[...]])  // version 1: a quota of -1 is none
  }

  private static func processors(_ words: [Substring]) -> Int? {
    guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0,
      period > 0
    else { return nil }
    return max(1, (quota - 1) / period + 1)
  }

  private static func firstLine(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 256)
    guard fgets(&buffer, CInt(buffer.count), file) != nil else { return nil }
    let bytes = buffer.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Why the number of threads is not known: a setting that cannot be followed.
public struct ThreadCountError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence with what was expected and found.
  public let description: String
}
