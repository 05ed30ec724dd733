import Foundation
import Pneumo
import PneumoImaging
import PneumoPhantom
import PneumoSupport
import PneumoTestSupport
import Testing

/// The report of `pneumo-eval` in a browser: what its reader sees and does.
@Suite(.enabled(if: Browser.path != nil, "Chromium is not installed: Tools/setup --test"))
struct ReportPageTests {
  /// What the page said of itself, after its controls were used.
  private struct Probe: Decodable {
    let problems: [String]
    let resources: [String]
    let brokenImages: Int
    let images: Int
    let overflow: Double
    let before, lowest, highest, half, after: [String]
    let recalls: [String]
    let rocPlaces: [Double]
    let thresholdPlaces: [Double]
    let note: String
    let opacity: String
  }

  /// Uses the controls of the first model, and tells the page around what became of it.
  private static let script = """
    <script>
    const problems = [];
    addEventListener("error", (event) => problems.push(`error: ${event.message}`), true);
    addEventListener("unhandledrejection", (event) => problems.push(`rejected: ${event.reason}`));
    addEventListener("securitypolicyviolation", (event) => problems.push(`blocked: ${event.blockedURI}`));
    addEventListener("load", () => {
      const panel = document.querySelector('.panel[data-model="0"]');
      const counts = () => ["tn", "fp", "fn", "tp"].map(
        (name) => panel.querySelector(`[data-count="${name}"] b`).textContent);
      const recall = () => panel.querySelector('[data-metric="recall"]').textContent;
      const roc = () => Number(document.querySelector(
        '[data-plot="roc"] [data-name="point0"]').getAttribute("cx"));
      const rule = () => Number(panel.querySelector('[data-name="threshold"]').getAttribute("x1"));
      const slider = panel.querySelector(".range");
      const move = (element, value) => {
        element.value = value;
        element.dispatchEvent(new Event("input", { bubbles: true }));
      };
      const probe = { before: counts(), recalls: [], rocPlaces: [], thresholdPlaces: [] };
      const note = () => {
        probe.recalls.push(recall());
        probe.rocPlaces.push(roc());
        probe.thresholdPlaces.push(rule());
      };
      move(slider, -100);
      probe.lowest = counts();
      note();
      move(slider, 100);
      probe.highest = counts();
      note();
      move(panel.querySelector(".value"), "0.5");
      probe.half = counts();
      panel.querySelector("button").click();
      probe.after = counts();
      const plot = panel.querySelector(".plot");
      plot.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
      probe.note = plot.closest("figure").querySelector(".note").textContent;
      move(document.getElementById("opacity"), 25);
      probe.opacity = document.querySelector(".heat").style.opacity;
      probe.resources = performance.getEntriesByType("resource").map((entry) => entry.name)
        .filter((name) => !name.startsWith("data:"));
      probe.images = document.images.length;
      probe.brokenImages = [...document.images].filter((image) => image.naturalWidth === 0).length;
      probe.overflow = document.documentElement.scrollWidth - innerWidth;
      probe.problems = problems;
      parent.postMessage(JSON.stringify(probe), "*");
    });
    </script>
    """

  /// A window around a report, as narrow as a phone if wanted.
  private static func frame(width: Int) -> String {
    """
    <!doctype html><meta charset="utf-8"><body style="margin:0">
    <iframe src="probed.html" style="border:0;width:\(width)px;height:4000px"></iframe>
    <script>
    addEventListener("message", (event) => {
      const probe = document.createElement("pre");
      probe.id = "probe";
      probe.textContent = btoa(unescape(encodeURIComponent(event.data)));
      document.body.append(probe);
    });
    </script>
    """
  }

  private func probe(_ folder: TemporaryFolder, width: Int) throws -> Probe {
    let page = String(decoding: try folder.read("report/index.html"), as: UTF8.self)
    let head = try #require(page.firstRange(of: "<head>"))
    try folder.write(
      Array((page[..<head.upperBound] + Self.script + page[head.upperBound...]).utf8),
      to: "report/probed.html")
    try folder.write(Array(Self.frame(width: width).utf8), to: "report/frame.html")
    let opened = try Browser.open("report/frame.html", width: max(width, 600), in: folder)
    #expect(opened.console == [], "the console stays empty")
    let start = try #require(
      opened.document.firstRange(of: "<pre id=\"probe\">"), "the page's script ran to its end")
    let text = opened.document[start.upperBound...].prefix { $0 != "<" }
    return try JSONDecoder().decode(
      Probe.self, from: #require(Data(base64Encoded: String(text))))
  }

  @Test(arguments: [1280, 390])
  func theReaderCanMoveTheThreshold(width: Int) throws {
    let folder = try TemporaryFolder()
    for seed in 1...2 {
      try GraphBuilder.study(size: 48, seed: UInt64(seed)).write(to: folder.path("m\(seed).pnm"))
    }
    for index in 0..<12 {
      let phantom = Phantom(seed: 4, index: index, longSide: 64)
      let drawing = phantom.draw()
      let image = PixelImage(
        width: drawing.width, height: drawing.height, channels: drawing.channels,
        pixels: drawing.pixels)
      try folder.write(
        image.jpegBytes(quality: 90), to: "data/\(phantom.finding.rawValue)/p\(index).jpeg")
    }
    let report = try Tool(name: "pneumo-eval").run(
      [
        "m1.pnm", "data", "--model", "m2.pnm", "-o", "report", "--resamples", "20", "--choose",
        "youden", "--title", "<Drawings> & \"quotes\"",
      ], in: folder)
    try #require(report.exitCode == 0, "\(report.error)")

    let probe = try probe(folder, width: width)
    #expect(probe.problems == [])
    #expect(probe.resources == [], "no request leaves the page")
    #expect(probe.images > 12 && probe.brokenImages == 0)
    #expect(probe.overflow <= 0, "nothing is wider than the window")
    // Below all scores everything is positive, above all nothing is.
    #expect(probe.lowest == ["0", "6", "0", "6"])
    #expect(probe.highest == ["6", "0", "6", "0"])
    #expect(probe.recalls == ["1.0000", "0.0000"])
    #expect(probe.rocPlaces[0] > probe.rocPlaces[1])
    #expect(probe.thresholdPlaces[0] < probe.thresholdPlaces[1])
    #expect(probe.after == probe.before)
    #expect(probe.half.count == 4)
    #expect(probe.note.contains("recall"))
    #expect(probe.opacity == "0.25")
  }
}
