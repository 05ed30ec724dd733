import PneumoSupport
import Testing

@testable import PneumoConsole

@Suite struct JSONTests {
  @Test func writesEveryKindOfValue() {
    let json: JSON = .object([
      "null": .null, "bool": .bool(true), "int": .int(-3), "float": .float(0.1),
      "double": .double(1e-5), "array": .array([.int(1), .string("a")]), "empty": [],
    ])
    #expect(
      json.text == """
        {"null":null,"bool":true,"int":-3,"float":0.1,"double":1e-05,"array":[1,"a"],"empty":[]}
        """)
  }

  @Test func escapesWhatMustNotStandInAString() {
    #expect(JSON.string("a\"b\\c\n\r\t\u{1}é🩻/").text == #""a\"b\\c\n\r\t\u0001é🩻/""#)
    #expect(JSON.string("\r\n").text == #""\r\n""#)
  }

  @Test func hasNoNumberThatJSONLacks() {
    #expect(JSON.array([.float(.nan), .double(.infinity)]).text == "[null,null]")
  }

  @Test func indentsByLevel() {
    let json: JSON = .object(["a": .array([.int(1)]), "b": .object([])])
    #expect(json.indentedText == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")
  }
}

@Suite struct TableTests {
  @Test func alignsColumns() {
    var table = Table([.init("layer"), .init("parameters", .right)])
    table.append(["conv2d", "896"])
    table.append(["a longer name", "1"])
    #expect(
      table.text == """
        layer          parameters
        ─────────────  ──────────
        conv2d                896
        a longer name           1

        """)
  }
}

@Suite struct FormatTests {
  @Test(arguments: [
    (1.0, 2, "1.00"), (0.05348, 4, "0.0535"), (-0.004, 2, "0.00"), (-1.5, 1, "-1.5"),
    (1234.5678, 0, "1235"), (0.999, 1, "1.0"), (.nan, 1, "nan"), (1e300, 2, "1e+300"),
  ])
  func fixed(value: Double, places: Int, text: String) {
    #expect(Format.fixed(value, places) == text)
  }

  @Test func groups() {
    #expect(Format.grouped(3_485_505) == "3,485,505")
    #expect(Format.grouped(-12) == "-12")
    #expect(Format.grouped(1000) == "1,000")
  }

  @Test func visibleTextStaysOnItsLine() {
    #expect(Format.visible("a é\u{1B}[1m\n\t") == #"a é\u{1b}[1m\u{a}\u{9}"#)
    #expect(Format.visible("plain 🩻") == "plain 🩻")
  }

  @Test func bytesAndDurations() {
    #expect(Format.bytes(512) == "512 B")
    #expect(Format.bytes(13_942_020) == "13.3 MiB")
    #expect(Format.duration(seconds: 7) == "0:07")
    #expect(Format.duration(seconds: 3723) == "1:02:03")
  }
}

@Suite struct ProgressBarTests {
  @Test func showsShareRateAndTimeLeft() {
    let line = ProgressBar.line(
      done: 50, total: 200, unit: "images", elapsed: .seconds(10), width: 80)
    #expect(line.hasSuffix(" 25%  50/200 images  5.0/s  0:30 left"))
    #expect(line.hasPrefix("[█████████▌  "))
    #expect(line.count < 80)
  }

  @Test func countsWhereTheTotalIsNotKnown() {
    let line = ProgressBar.line(
      done: 50, total: nil, unit: "images", elapsed: .seconds(10), width: 80)
    #expect(line == "50 images  5.0/s")
  }

  @Test(arguments: [1, 10, 40, 200])
  func fitsTheTerminal(width: Int) {
    let line = ProgressBar.line(
      done: 1, total: 3, unit: "images", elapsed: .milliseconds(1), width: width)
    #expect(line.count <= width)
  }
}
