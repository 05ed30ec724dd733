/// A JSON value (RFC 8259), to write or as read. Members keep their order.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  /// The shortest text that reads back as this `Float`. NaN and infinity, which JSON lacks, are
  /// written as `null`.
  case float(Float)
  case double(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  /// A name and a value of an object.
  package struct Member: Hashable, Sendable {
    /// Unique in an object that is written.
    package let name: String
    /// What stands behind the name.
    package let value: JSON

    /// The member `name: value`.
    package init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// An object of `members`, in this order.
  package static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
    .object(members.map { Member($0, $1) })
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
  /// A string.
  package init(stringLiteral value: String) { self = .string(value) }
  /// An array.
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

// MARK: - Reading

extension JSON {
  /// The member `name` of an object; `nil` where it is missing, is `null`, or this is no object.
  /// Of members with one name the last counts, as in Python.
  package subscript(name: String) -> JSON? {
    guard let value = members?.last(where: { $0.name == name })?.value, value != .null else {
      return nil
    }
    return value
  }

  /// A truth value; `nil` for anything else.
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// A string; `nil` for anything else.
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The elements of an array; `nil` for anything else.
  package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  /// The members of an object; `nil` for anything else.
  package var members: [Member]? { if case .object(let members) = self { members } else { nil } }

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
    case .float(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// How an error names the kind of value.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a Boolean"
    case .int, .float, .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
