import PneumoSupport

/// Reads the members of a JSON object, and reports those that are unknown.
struct MemberReader {
  private let members: [String: JSON]
  private let owner: String
  private(set) var known: [String] = []

  init(_ value: JSON, _ owner: String) throws(CheckpointError) {
    guard let members = value.members else {
      throw CheckpointError(
        .invalidArchitecture, "\(owner): expected a JSON object, found \(value.kind)")
    }
    self.members = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    self.owner = owner
  }

  private mutating func take<Result>(
    _ name: String, _ expected: String, _ read: (JSON) -> Result?
  ) throws(CheckpointError) -> Result? {
    known.append(name)
    guard let value = members[name], value != .null else { return nil }
    guard let result = read(value) else {
      throw CheckpointError(
        .invalidArchitecture, "\(owner): '\(name)' is \(value.kind), expected \(expected)")
    }
    return result
  }

  /// The value of a member, whatever it is.
  mutating func value(_ name: String) throws(CheckpointError) -> JSON? {
    try take(name, "a value") { $0 }
  }

  /// A value that must be there.
  func required<Result>(_ result: Result?, _ name: String) throws(CheckpointError) -> Result {
    guard let result else {
      throw CheckpointError(.invalidArchitecture, "\(owner): '\(name)' is missing")
    }
    return result
  }

  mutating func string(_ name: String) throws(CheckpointError) -> String? {
    try take(name, "a string", \.string)
  }

  mutating func bool(_ name: String) throws(CheckpointError) -> Bool? {
    try take(name, "true or false", \.bool)
  }

  mutating func int(_ name: String) throws(CheckpointError) -> Int? {
    try take(name, "a whole number", \.int)
  }

  mutating func float(_ name: String) throws(CheckpointError) -> Float? {
    try take(name, "a number") { $0.double.map { Float($0) } }
  }

  mutating func strings(_ name: String) throws(CheckpointError) -> [String]? {
    try take(name, "a list of strings") { value in
      value.array.flatMap { list in
        let strings = list.compactMap(\.string)
        return strings.count == list.count ? strings : nil
      }
    }
  }

  mutating func ints(_ name: String) throws(CheckpointError) -> [Int]? {
    try take(name, "a list of whole numbers") { value in
      value.array.flatMap { list in
        let numbers = list.compactMap(\.int)
        return numbers.count == list.count ? numbers : nil
      }
    }
  }

  mutating func floats(_ name: String) throws(CheckpointError) -> [Float]? {
    try take(name, "a list of numbers") { value in
      value.array.flatMap { list in
        let numbers = list.compactMap { $0.double.map { Float($0) } }
        return numbers.count == list.count ? numbers : nil
      }
    }
  }

  /// One of the named values.
  mutating func choice<Value>(
    _ name: String, _ choices: [(String, Value)]
  ) throws(CheckpointError) -> Value? {
    guard let text = try string(name) else { return nil }
    guard let choice = choices.first(where: { $0.0 == text }) else {
      throw CheckpointError(
        .invalidArchitecture,
        "\(owner): '\(name)' is '\(text)', expected one of "
          + choices.map(\.0).joined(separator: ", "))
    }
    return choice.1
  }

  /// An error that says whose members these are.
  func error(_ reason: String) -> CheckpointError {
    CheckpointError(.invalidArchitecture, "\(owner): \(reason)")
  }

  /// Fails where there are members that were not asked for.
  func finish() throws(CheckpointError) {
    guard let unknown = members.keys.filter({ !known.contains($0) }).min() else { return }
    throw CheckpointError(
      .invalidArchitecture,
      "\(owner): '\(unknown)' is not known; expected " + known.joined(separator: ", "))
  }
}
