import PneumoImport
import Testing

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

  @Test(
    arguments: [
      ("null", .null), (" true\n", .bool(true)), ("-0", .int(0)), ("12", .int(12)),
      ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.5e2", .double(150)),
      ("2E-1", .double(0.2)), (#""a\n\"\\\/\u00e9\ud83d\ude00é""#, .string("a\n\"\\/é😀é")),
      ("[]", .array([])), ("[1, [2]]", .array([.int(1), .array([.int(2)])])),
      (#"{"a": {}, "b": 1, "b": 2}"#, .object(["a": .object([:]), "b": .int(2)])),
    ] as [(String, JSONValue)])
  func values(_ text: String, _ value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(arguments: [
    "", " ", "tru", "nulll", "01", "-", "1.", ".5", "1e", "+1", "1e999", "NaN", "Infinity", "'a'",
    #"""#, #""\x""#, #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, "\"\n\"", "[1,]", "[1", "[1 2]",
    "{1:2}", #"{"a"}"#, #"{"a":1,}"#, #"{"a":1"#, "1 2", "\u{FEFF}1",
  ])
  func errors(_ text: String) throws {
    let error = try #require(#expect(throws: ImportError.self) { try parse(text) })
    #expect(error.kind == .invalidJSON)
  }

  @Test func textMustBeUTF8() {
    #expect(throws: ImportError.self) { try JSONParser.parse([0x22, 0xC3, 0x28, 0x22]) }
  }

  @Test func depthIsLimited() throws {
    let depth = JSONParser.maximumDepth
    _ = try parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    #expect(throws: ImportError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func errorsSayWhere() throws {
    let error = try #require(#expect(throws: ImportError.self) { try parse("{\n\n \"a\": x}") })
    #expect(error.reason.hasSuffix("(line 3, byte 9)"))
  }
}
