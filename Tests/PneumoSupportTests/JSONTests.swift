import Foundation
import PneumoTestSupport
import Testing

@testable import PneumoSupport

@Suite struct JSONTests {
  private func parse(_ text: String) throws -> JSON {
    try JSON(parsing: Array(text.utf8))
  }

  @Test(
    arguments: [
      ("null", .null), (" true\n", .bool(true)), ("0", .int(0)), ("1", .int(1)), ("12", .int(12)),
      ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.5e2", .double(150)),
      ("-0.0", .double(-0.0)),
      ("2E-1", .double(0.2)), (#""a\n\"\\\/\u00e9\ud83d\ude00é""#, .string("a\n\"\\/é😀é")),
      (#""[[{""#, .string("[[{")), ("[]", .array([])),
      ("[1, [2]]", .array([.int(1), .array([.int(2)])])),
      (#"{"b": 1, "a": {}}"#, .object(["b": .int(1), "a": .object([:])])),
      ("[null, false]", .array([.null, .bool(false)])),
    ] as [(String, JSON)])
  func values(_ text: String, _ value: JSON) throws {
    #expect(try parse(text) == value)
  }

  @Test(arguments: [
    "", "tru", "{\"a\": x}", "[1 2]", "1 2", "NaN", "[1", #""\ud800""#, "[1,]", "{\"a\":1,}", "01",
    "1.", "+1", "\"a\tb\"",
    #""\ud800\u0041""#, "\"\\x\"", "1e999", "[1]]", "\u{FEFF}1",
  ])
  func errors(_ text: String) throws {
    let error = try #require(#expect(throws: JSONError.self) { try parse(text) })
    #expect(error.description.hasPrefix("not valid JSON: "))
  }

  @Test func textMustBeUTF8() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xC3, 0x28, 0x22]) }
  }

  @Test func depthIsLimited() throws {
    let depth = JSON.maximumDepth
    _ = try parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func errorsSayWhere() throws {
    let error = try #require(
      #expect(throws: JSONError.self) { try parse("{\n  \"scale\": 1\n  \"mean\": 2\n}") })
    #expect(error.description == "not valid JSON: line 3, column 3: expected ',' or '}'")
  }

  @Test func lastOfEqualNamesCounts() throws {
    #expect(try parse(#"{"a": 1, "a": 2}"#)["a"]?.int == 2)
  }

  /// Foundation's parser is the oracle: the same texts are refused and the same values read.
  @Test func agreesWithFoundation() throws {
    let seeds = [
      #"{"name": "é\u00e9", "list": [1, -2.5e3, true, null, {"x": {}}], "text": "a\"b\\"}"#,
      #"[[0.1, 10, "\ud83d\ude00"], [], [[]], "", -0]"#,
    ].map { Array($0.utf8) }
    var generator = SeededGenerator(seed: 12)
    let alphabet = Array(#"{}[]",:\0123456789.eE+-truefalsn \u"#.utf8)
    var (read, refused) = (0, 0)
    for _ in 0..<20_000 {
      var text = seeds.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 0...2, using: &generator) {
        let index = Int.random(in: 0..<text.count, using: &generator)
        if Bool.random(using: &generator) {
          text[index] = alphabet.randomElement(using: &generator) ?? 0
        } else {
          text.remove(at: index)
        }
      }
      let expected = try? JSONSerialization.jsonObject(
        with: Data(text), options: .fragmentsAllowed)
      let found = try? JSON(parsing: text)
      let description = String(decoding: text, as: UTF8.self)
      switch (expected, found) {
      case (nil, nil): refused += 1
      case (let expected?, let found?):
        read += 1
        #expect(isEqual(expected, found), "\(description)")
      // Foundation accepts a comma after the last element, which RFC 8259 does not.
      case (.some, nil):
        let dense = description.filter { !$0.isWhitespace }
        #expect(dense.contains(",]") || dense.contains(",}"), "\(description)")
      case (nil, .some): Issue.record("Foundation refuses \(description)")
      }
    }
    #expect(read > 1000 && refused > 1000)
  }

  private func isEqual(_ expected: Any, _ found: JSON) -> Bool {
    switch found {
    case .null: return expected is NSNull
    case .bool(let value): return (expected as? Bool) == value
    case .int(let value): return (expected as? NSNumber)?.intValue == value
    case .float, .double: return (expected as? NSNumber)?.doubleValue == found.double
    case .string(let value): return (expected as? String) == value
    case .array(let elements):
      guard let expected = expected as? [Any], expected.count == elements.count else {
        return false
      }
      return zip(expected, elements).allSatisfy { isEqual($0, $1) }
    case .object(let members):
      guard let expected = expected as? [String: Any] else { return false }
      let names = Set(members.map(\.name))
      return names == Set(expected.keys) && names.count < members.count
        || members.allSatisfy { member in
          expected[member.name].map { isEqual($0, member.value) } ?? false
        }
    }
  }
}
