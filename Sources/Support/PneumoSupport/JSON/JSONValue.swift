/// A value of a JSON text that was read.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits an `Int`.
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONValue])
  /// Of members with one name the last counts, as in Python.
  case object([String: JSONValue])

  /// The member `name` of an object; `nil` where it is missing, is `null`, or this is no object.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self, let value = members[name], value != .null else {
      return nil
    }
    return value
  }

  /// A truth value; `nil` for anything else.
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// A string; `nil` for anything else.
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  /// A list; `nil` for anything else.
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The members of an object; `nil` for anything else.
  package var object: [String: JSONValue]? {
    if case .object(let value) = self { value } else { nil }
  }

  /// A whole number, also where it is written as `2.0`.
  package var int: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Any number; `nil` for anything else.
  package var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// How an error names the kind of value.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .int, .double: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
