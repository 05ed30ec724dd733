extension String {
  /// Columns that the text takes on a terminal: 2 for each wide character, such as those of Chinese,
  /// Japanese and Korean, and emoji; none for combining marks (Unicode Standard Annex 11).
  package var displayWidth: Int {
    utf8.allSatisfy { (0x20...0x7E).contains($0) }
      ? utf8.count : reduce(0) { $0 + $1.displayWidth }
  }

  /// The longest beginning that takes at most `width` columns.
  package func prefix(displayWidth width: Int) -> Substring {
    var taken = 0
    var end = startIndex
    while end < endIndex {
      taken += self[end].displayWidth
      if taken > width { break }
      end = index(after: end)
    }
    return self[..<end]
  }
}

extension Character {
  fileprivate var displayWidth: Int {
    // A flag is two letters; an emoji with its modifiers is as wide as the emoji.
    let isEmoji = unicodeScalars.contains {
      $0.properties.isEmojiPresentation || $0 == "\u{FE0F}"
    }
    return isEmoji ? 2 : unicodeScalars.reduce(0) { $0 + $1.displayWidth }
  }
}

extension Unicode.Scalar {
  /// Ranges of East Asian Width W and F, unassigned scalars between them included.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x33FF,
    0x3400...0x4DBF,
    0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
    0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]

  fileprivate var displayWidth: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    // Vowels and finals of Hangul.
    if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
    return Self.wideRanges.contains { $0.contains(value) } ? 2 : 1
  }
}
