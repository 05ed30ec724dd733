import PneumoSupport

/// A line on standard error that tells how far long work is, at what rate, and how long it still
/// takes. Draws only on a terminal, and only once the work has taken a while.
package struct ProgressBar: ~Copyable {
  private let total: Int?
  private let unit: String
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var lastDrawn: ContinuousClock.Instant?

  /// Work shorter than this needs no bar.
  private static let patience = Duration.milliseconds(500)
  private static let interval = Duration.milliseconds(100)

  /// - Parameters:
  ///   - total: how many of `unit` there are, `nil` where that is not known yet.
  ///   - unit: what is counted, in the plural.
  package init(total: Int?, unit: String, isShown: Bool = StandardStream.error.isTerminal) {
    self.total = total
    self.unit = unit
    self.isShown = isShown
  }

  /// Says that `done` of the total are done.
  package mutating func update(_ done: Int) {
    guard isShown else { return }
    let now = ContinuousClock.now
    if let lastDrawn {
      guard now - lastDrawn >= Self.interval else { return }
    } else {
      guard now - start >= Self.patience else { return }
    }
    lastDrawn = now
    let line = Self.line(
      done: done, total: total, unit: unit, elapsed: now - start,
      width: StandardStream.error.width)
    StandardStream.error.write("\r\u{1B}[K\(line)")
  }

  /// Removes the bar, so that other text can take its line. The next update draws it again.
  package func clear() {
    if lastDrawn != nil { StandardStream.error.write("\r\u{1B}[K") }
  }

  /// The text of the bar: `[███▌      ]  35%  1200/3400 images  412.0/s  0:05 left`.
  static func line(
    done: Int, total: Int?, unit: String, elapsed: Duration, width: Int
  ) -> String {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let rate = seconds > 0 ? Double(done) / seconds : 0
    guard let total else {
      return String("\(done) \(unit)  \(Format.fixed(rate, 1))/s".prefix(max(width - 1, 0)))
    }
    let fraction = total > 0 ? min(Double(done) / Double(total), 1) : 1
    let left = rate > 0 ? Format.duration(seconds: Double(total - done) / rate) : "-:--"
    let percent = Format.fixed(fraction * 100, 0)
    let text =
      "\(String(repeating: " ", count: 3 - percent.count))\(percent)%  \(done)/\(total) \(unit)"
      + "  \(Format.fixed(rate, 1))/s  \(left) left"
    let room = min(width - text.count - 5, 40)
    guard room >= 8 else { return String(text.prefix(max(width - 1, 0))) }
    let eighths = Int(fraction * Double(room * 8))
    var bar = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { bar.append(["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1]) }
    return "[" + bar + String(repeating: " ", count: room - bar.count) + "] " + text
  }
}
