import Testing

@testable import PneumoSupport

@Suite struct JSONValueTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
  }

  @Test(
    arguments: [
      ("null", .null), (" true\n", .bool(true)), ("0", .int(0)), ("1", .int(1)), ("12", .int(12)),
      ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.5e2", .int(150)),
      ("2E-1", .double(0.2)), (#""a\n\"\\\/\u00e9\ud83d\ude00é""#, .string("a\n\"\\/é😀é")),
      (#""[[{""#, .string("[[{")), ("[]", .array([])),
      ("[1, [2]]", .array([.int(1), .array([.int(2)])])),
      (#"{"a": {}, "b": 1}"#, .object(["a": .object([:]), "b": .int(1)])),
      ("[null, false]", .array([.null, .bool(false)])),
    ] as [(String, JSONValue)])
  func values(_ text: String, _ value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(arguments: ["", "tru", "{\"a\": x}", "[1 2]", "1 2", "NaN", "[1", #""\ud800""#])
  func errors(_ text: String) throws {
    let error = try #require(#expect(throws: JSONError.self) { try parse(text) })
    #expect(error.description.hasPrefix("not valid JSON: "))
  }

  @Test func textMustBeUTF8() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
  }

  @Test func depthIsLimited() throws {
    let depth = JSONValue.maximumDepth
    _ = try parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }
}
