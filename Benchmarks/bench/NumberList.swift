import ArgumentParser

/// A comma-separated list of numbers given as an option, as in `1,16`.
struct NumberList: ExpressibleByArgument, Equatable {
  /// In the order given, without duplicates.
  let values: [Int]

  /// Makes a list of positive numbers.
  init(_ values: [Int]) { self.values = values }

  /// Parses distinct positive numbers separated by commas; `nil` for any other text.
  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Int($0) }.filter { $0 > 0 }
    guard values.count == parts.count, Set(values).count == values.count else { return nil }
    self.values = values
  }

  /// The list as `--help` shows it.
  var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}
