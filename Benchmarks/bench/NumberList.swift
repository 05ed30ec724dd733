import ArgumentParser

/// An option's numbers, as in `1,16`.
struct NumberList: ExpressibleByArgument, Equatable {
  /// In the order given, each once.
  let values: [Int]

  /// Numbers of 1 or more.
  init(_ values: [Int]) { self.values = values }

  /// `nil` where the text is anything but different numbers of 1 or more with commas between.
  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Int($0) }.filter { $0 > 0 }
    guard values.count == parts.count, Set(values).count == values.count else { return nil }
    self.values = values
  }

  /// What help texts print.
  var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}
