/// Reads the members of a JSON object by name, each with its type, and finds those that nobody asks
/// for, which are mistyped names more often than not.
///
/// A member that is `null` counts as missing.
package struct JSONObjectReader {
  private let object: JSON
  private let subject: String?
  private var known: [String] = []

  /// - Parameter subject: what the object describes, for errors; `nil` where that goes without
  ///   saying.
  package init(_ value: JSON, _ subject: String? = nil) throws(JSONError) {
    object = value
    self.subject = subject
    guard value.members != nil else { throw failure("expected a JSON object, found \(value.kind)") }
  }

  /// An error that names the object.
  package func failure(_ problem: String) -> JSONError {
    JSONError(subject.map { "\($0): \(problem)" } ?? problem)
  }

  private mutating func take<Result>(
    _ name: String, _ expected: String, _ read: (JSON) -> Result?
  ) throws(JSONError) -> Result? {
    known.append(name)
    guard let value = object[name] else { return nil }
    guard let result = read(value) else {
      throw failure("'\(name)' should be \(expected), found \(value.kind)")
    }
    return result
  }

  /// The value of a member, whatever it is.
  package mutating func value(_ name: String) -> JSON? {
    known.append(name)
    return object[name]
  }

  /// A value that must be there.
  package func required<Result>(_ result: Result?, _ name: String) throws(JSONError) -> Result {
    guard let result else { throw failure("'\(name)' is missing") }
    return result
  }

  package mutating func string(_ name: String) throws(JSONError) -> String? {
    try take(name, "a string", \.string)
  }

  package mutating func bool(_ name: String) throws(JSONError) -> Bool? {
    try take(name, "true or false", \.bool)
  }

  package mutating func int(_ name: String) throws(JSONError) -> Int? {
    try take(name, "a whole number", \.int)
  }

  /// A finite number.
  package mutating func float(_ name: String) throws(JSONError) -> Float? {
    try take(name, "a number", Self.finiteFloat)
  }

  package mutating func strings(_ name: String) throws(JSONError) -> [String]? {
    try take(name, "an array of strings") { Self.elements(of: $0, \.string) }
  }

  package mutating func ints(_ name: String) throws(JSONError) -> [Int]? {
    try take(name, "an array of whole numbers") { Self.elements(of: $0, \.int) }
  }

  package mutating func floats(_ name: String) throws(JSONError) -> [Float]? {
    try take(name, "an array of numbers") { Self.elements(of: $0, Self.finiteFloat) }
  }

  /// One number, or one a channel; one stands for all.
  package mutating func floats(_ name: String, channels: Int) throws(JSONError) -> [Float]? {
    try take(name, channels == 1 ? "a number" : "a number or an array of \(channels)") { value in
      guard let numbers = Self.elements(of: .array(value.array ?? [value]), Self.finiteFloat),
        [1, channels].contains(numbers.count)
      else { return nil }
      return numbers
    }
  }

  /// One of the named values.
  package mutating func choice<Value>(
    _ name: String, _ choices: [(String, Value)]
  ) throws(JSONError) -> Value? {
    guard let text = try string(name) else { return nil }
    guard let choice = choices.first(where: { $0.0 == text }) else {
      throw failure(
        "'\(name)' is '\(text)', expected one of \(choices.map(\.0).joined(separator: ", "))")
    }
    return choice.1
  }

  /// One of the values of an enumeration, by its description.
  package mutating func choice<Value: CaseIterable & CustomStringConvertible>(
    _ name: String
  ) throws(JSONError) -> Value? {
    try choice(name, Value.allCases.map { ($0.description, $0) })
  }

  /// Fails where there are members that were not asked for.
  package func finish() throws(JSONError) {
    let unknown = Set((object.members ?? []).map(\.name)).subtracting(known).sorted()
    guard unknown.isEmpty else {
      throw failure(
        "unknown: \(unknown.joined(separator: ", ")); known are \(known.joined(separator: ", "))")
    }
  }

  private static func finiteFloat(_ value: JSON) -> Float? {
    guard let number = value.double.map({ Float($0) }), number.isFinite else { return nil }
    return number
  }

  private static func elements<Element>(
    of value: JSON, _ read: (JSON) -> Element?
  ) -> [Element]? {
    guard let array = value.array else { return nil }
    let elements = array.compactMap(read)
    return elements.count == array.count ? elements : nil
  }
}
