/// Numbers as people read them.
package enum Format {
  /// `value` with `places` digits after the point, exactly as C's `printf("%.*f")` rounds it: to the
  /// nearest, and to even where the number that the bits stand for lies midway. A negative number that
  /// rounds to zero has no sign.
  ///
  /// - Precondition: `places` is 0...22.
  package static func fixed(_ value: Double, _ places: Int) -> String {
    precondition((0...22).contains(places), "10 to the power of `places` must fit")
    guard value.isFinite else { return "\(value)" }
    let digits = decimalDigits(of: value.magnitude, places)
    let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
    let sign = value < 0 && digits != "0" ? "-" : ""
    guard places > 0 else { return sign + padded }
    return sign + padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// The digits of `magnitude` times 10 to the power of `places`, rounded to an integer.
  private static func decimalDigits(of magnitude: Double, _ places: Int) -> String {
    guard magnitude > 0 else { return "0" }
    // The magnitude is significand * 2^exponent, without rounding.
    let isNormal = magnitude >= Double.leastNormalMagnitude
    let significand = magnitude.significandBitPattern | (isNormal ? 1 << 52 : 0)
    let exponent = Int(max(magnitude.exponentBitPattern, 1)) - 1075
    // 53 bits and 74 bits fit.
    let scaled = UInt128(significand) * (0..<places).reduce(1) { power, _ in power * 10 }
    if exponent >= 0 { return doubled(scaled, times: exponent) }
    guard -exponent < 128 else { return "0" }
    let quotient = scaled >> UInt128(-exponent)
    let rest = scaled - quotient << UInt128(-exponent)
    let half = UInt128(1) << UInt128(-exponent - 1)
    let isRoundedUp = rest > half || rest == half && quotient & 1 == 1
    return String(quotient + (isRoundedUp ? 1 : 0))
  }

  /// The decimal digits of `value` times 2 to the power of `exponent`.
  private static func doubled(_ value: UInt128, times exponent: Int) -> String {
    var digits = String(value).utf8.reversed().map { $0 - 0x30 }
    for _ in 0..<exponent {
      var carry: UInt8 = 0
      for index in digits.indices {
        let sum = 2 * digits[index] + carry
        (carry, digits[index]) = sum >= 10 ? (1, sum - 10) : (0, sum)
      }
      if carry > 0 { digits.append(carry) }
    }
    return String(decoding: digits.reversed().map { $0 + 0x30 }, as: UTF8.self)
  }

  /// `3485505` as `3,485,505`.
  package static func grouped(_ value: Int) -> String {
    var text = ""
    for (index, digit) in String(value.magnitude).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (value < 0 ? "-" : "") + String(text.reversed())
  }

  /// `13942020` as `13.3 MiB`.
  package static func bytes(_ count: Int) -> String {
    guard count >= 1024 else { return "\(count) B" }
    var value = Double(count) / 1024
    for unit in ["KiB", "MiB", "GiB"] {
      if value < 1024 { return "\(fixed(value, 1)) \(unit)" }
      value /= 1024
    }
    return "\(fixed(value, 1)) TiB"
  }

  /// A time as `0:07`, `12:34` or `1:02:03`.
  package static func duration(seconds: Double) -> String {
    let total = Int(min(max(seconds, 0), 1e9).rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    let tail = rest < 10 ? "0\(rest)" : "\(rest)"
    guard hours > 0 else { return "\(minutes):\(tail)" }
    return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
  }

  /// See ``Swift/String/escapingControlCharacters``.
  package static func visible(_ text: String) -> String { text.escapingControlCharacters }
}
