/// Cells as a line of a CSV file (RFC 4180), which ends with a line feed alone. Cells with commas,
/// quotes or line breaks stand in quotes.
package func csvLine(_ cells: [String]) -> String {
  cells.map(quoted).joined(separator: ",") + "\n"
}

private func quoted(_ cell: String) -> String {
  guard cell.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return cell }
  // By scalars: a quote with a combining accent is another Character.
  var quoted = String.UnicodeScalarView()
  for scalar in cell.unicodeScalars {
    if scalar == "\"" { quoted.append(scalar) }
    quoted.append(scalar)
  }
  return "\"\(quoted)\""
}
