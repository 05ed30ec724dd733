import Foundation
#if canImport(FoundationXML)
import FoundationXML
#endif
import PneumoTestSupport
import Testing

@testable import bench

@Suite("Comparisons with other engines") struct ComparisonTests {
  private static let small = Comparison.Cell(size: 150, batch: 1, threads: 1)
  private static let large = Comparison.Cell(size: 224, batch: 16, threads: 2)

  private static func entry(
    _ engine: String, _ cell: Comparison.Cell, _ rounds: [Double]
  ) -> Comparison.Entry {
    Comparison.Entry(
      engine: engine, version: "1.0", cell: cell, rounds: rounds, difference: 2e-6)
  }

  private let comparison = Comparison(
    cells: [small, large],
    entries: [
      entry("ncnn", small, [5, 4, 3]), entry("pneumo", small, [2, 1, 9]),
      entry("torch", small, [8, 8, 8]), entry("pneumo", large, [40, 48, 44]),
      entry("torch", large, [80, 80, 96]),
    ],
    skipped: [.init(engine: "mnn", reason: "module <x> & its wheel are missing")])

  private var report: ComparisonReport {
    ComparisonReport(
      comparison: comparison,
      conditions: .init(
        processor: "A&B CPU @ 3 GHz", instructionSet: "avx2", network: "reference",
        commit: "abc1234", date: "2026-11-23", command: "swift run -c release bench --peers"))
  }

  @Test func ratios() {
    #expect(comparison.engines == ["pneumo", "ncnn", "torch"])
    #expect(comparison.fastestPeer(Self.small)?.engine == "ncnn")
    #expect(comparison.ratio(Self.small) == 0.5)
    #expect(comparison.ratio(Self.large) == 0.55)
    #expect(comparison.ratio(.init(size: 1, batch: 1, threads: 1)) == nil)
  }

  @Test func markdown() {
    #expect(
      report.markdown == """
        # A&B CPU @ 3 GHz, avx2, 2026-11-23

        Milliseconds per image, medians of interleaved rounds; network: reference, f32.
        Made with `swift run -c release bench --peers` at commit abc1234.

        | engine | version | 150×150, batch 1, 1 thread | 224×224, batch 16, 2 threads |
        | --- | --- | ---: | ---: |
        | Pneumo | 1.0 | 2.00 | 2.75 |
        | ncnn | 1.0 | **4.00** | - |
        | PyTorch | 1.0 | 8.00 | **5.00** |
        | Pneumo / fastest other |  | 0.50 | 0.55 |

        Bold: the fastest other engine. All outputs agree: the largest logit difference is \
        2.0e-06.

        Not timed: MNN (module <x> & its wheel are missing)

        """)
  }

  @Test func commaSeparatedValues() {
    #expect(
      report.csv == """
        engine,version,size,batch,threads,ms_per_call,ms_per_image,images_per_s,rounds,\
        fastest_round_ms,slowest_round_ms,logit_difference
        ncnn,1.0,150,1,1,4.000,4.000,250.0,3,3.000,5.000,2.0e-06
        pneumo,1.0,150,1,1,2.000,2.000,500.0,3,1.000,9.000,2.0e-06
        torch,1.0,150,1,1,8.000,8.000,125.0,3,8.000,8.000,2.0e-06
        pneumo,1.0,224,16,2,44.000,2.750,363.6,3,40.000,48.000,2.0e-06
        torch,1.0,224,16,2,80.000,5.000,200.0,3,80.000,96.000,2.0e-06

        """)
  }

  @Test func chart() throws {
    let svg = comparison.chart(title: report.conditions.title).svg
    let reader = SVGReader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "well-formed XML")
    // Within a panel, bar lengths are proportional to times: 2, 4, 8, then 2.75, 5.
    #expect(reader.bars.map(\.kind) == ["series0", "other", "other", "series0", "other"])
    let widths = reader.bars.map(\.width)
    #expect(abs(widths[0] / widths[2] - 0.25) < 0.01 && abs(widths[1] / widths[2] - 0.5) < 0.01)
    #expect(abs(widths[3] / widths[4] - 0.55) < 0.01)
    for text in [
      "A&B CPU @ 3 GHz, avx2, 2026-11-23", "150×150, batch 1, 1 thread", "0.50 × the time of ncnn",
      "0.55 × the time of PyTorch", "PyTorch", "2.75", "not timed",
    ] {
      #expect(reader.texts.contains(text), "\(text)")
    }
  }

  @Test func files() throws {
    let folder = try TemporaryFolder()
    let paths = try report.write(to: "\(folder.path)/new")
    #expect(
      paths.map { URL(filePath: $0).lastPathComponent } == [
        "a-b-cpu-3-ghz-avx2-2026-11-23.md", "a-b-cpu-3-ghz-avx2-2026-11-23.csv",
        "a-b-cpu-3-ghz-avx2-2026-11-23.svg",
      ])
    #expect(try String(contentsOfFile: paths[1], encoding: .utf8) == report.csv)
  }

  @Test func peerOutputIsParsed() throws {
    let line = #"{"peer":"ncnn","version":"1","ms":3.5,"logits":[0.5,0.25]}"#
    let first = try PeerLine(output: "a warning\n\(line)\n")
    #expect(first.ms == 3.5)
    let second = try PeerLine(
      output: #"{"peer":"pneumo","version":"1","ms":1,"logits":[0.5001,0.25]}"#)
    #expect(abs(first.difference(from: second) - 1e-4) < 1e-12)
    #expect(first.difference(from: first) == 0)
    let short = try PeerLine(output: #"{"peer":"x","version":"1","ms":1,"logits":[0.5]}"#)
    #expect(first.difference(from: short) == .infinity)
    for wrong in ["", "{}", "an error\n"] {
      #expect(throws: BenchError.self, "\(wrong)") { try PeerLine(output: wrong) }
    }
  }

  @Test func recordedCommandsOmitLocalPaths() {
    #expect(
      PeerOptions.command([
        "bench", "--peers", "--python", "/x/python", "--rounds", "5", "--results=/y",
      ]) == "swift run -c release bench --peers --rounds 5")
  }
}

/// Collects the texts and bars of a chart.
private final class SVGReader: NSObject, XMLParserDelegate {
  var texts: [String] = []
  var bars: [(kind: String, width: Double)] = []
  private var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    if name == "rect" {
      let kind = attributes["class"]?.split(separator: " ").last.map(String.init)
      bars.append((kind ?? "", Double(attributes["width"] ?? "") ?? .nan))
    }
    text = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    if name == "text" { texts.append(text) }
  }
}
