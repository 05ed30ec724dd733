/// Whose image a file is, by its name.
///
/// `person{ID}_{bacteria|virus}_{n}`, perhaps with a further number, are images of patient `{bacteria|virus}-{ID}`, since the numbers
/// are used again between the two; `IM-{ID}-…` and `NORMAL2-IM-{ID}-…` of patient `{series}-{ID}`.
/// Any other file is a patient of its own.
public func patient(ofFile path: String) -> String {
  let file = path.split(separator: "/").last.map(String.init) ?? path
  let stem = file.split(separator: ".").first ?? ""
  let words = stem.split(separator: "_")
  if words.count >= 3, words[0].hasPrefix("person"), ["bacteria", "virus"].contains(words[1]) {
    let number = words[0].dropFirst("person".count)
    if !number.isEmpty, number.allSatisfy(\.isNumber) { return "\(words[1])-\(number)" }
  }
  let parts = stem.split(separator: "-")
  for (series, index) in [("IM", 0), ("NORMAL2", 1)] {
    if parts.count > index + 1, parts[0] == series, parts[index] == "IM",
      parts[index + 1].allSatisfy(\.isNumber)
    {
      return "\(series)-\(parts[index + 1])"
    }
  }
  return path
}
