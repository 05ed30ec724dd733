import Foundation

extension JSONValue: Decodable {
  /// Lists and objects inside one another. Foundation's own limit lets decoding take more stack
  /// than a thread may have.
  static let maximumDepth = 100

  /// The value that `bytes`, UTF-8, are the text of (RFC 8259).
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    guard Self.depth(of: bytes) <= Self.maximumDepth else {
      throw JSONError(
        "not valid JSON: nested deeper than \(Self.maximumDepth) levels")
    }
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw JSONError(
        "not valid JSON: \(Self.complaint(about: bytes) ?? "\(error)")")
    }
  }

  /// What is wrong with a text, and where. `JSONDecoder` does not tell that on Linux.
  private static func complaint(about bytes: [UInt8]) -> String? {
    do {
      _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      return nil
    } catch {
      return (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
    }
  }

  /// One value, of any kind.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .double(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// How deep brackets outside strings are nested.
  private static func depth(of bytes: [UInt8]) -> Int {
    var (depth, deepest) = (0, 0)
    var (isString, isEscaped) = (false, false)
    for byte in bytes {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\"): isEscaped = isString
      case UInt8(ascii: "\""): isString.toggle()
      case _ where isString: break
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        deepest = max(deepest, depth)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    return deepest
  }
}
