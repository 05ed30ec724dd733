import Foundation
import PneumoImaging
import PneumoTestSupport
import Testing

@testable import PneumoInspection

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite struct CensusTests {
  private func image(_ width: Int, _ height: Int, _ channels: Int = 1) -> PixelImage {
    PixelImage(
      width: width, height: height, channels: channels,
      pixels: (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) })
  }

  /// Two splits, three patients, three kinds of color.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(image(30, 20), to: "train/B/person1_virus_1.jpeg")
    try folder.write(image(40, 20), to: "train/B/person1_virus_2.jpeg")
    try folder.write(image(31, 24, 3), to: "train/B/person2_virus_3.jpeg")
    try folder.write(image(30, 20).asColor, to: "train/A/IM-0001-0001.jpeg")
    try folder.write(image(90, 20), to: "test/B/person2_virus_4.jpeg")
    return folder
  }

  @Test func countsImagesPatientsSizesAndColors() throws {
    let folder = try folder()
    let census = try Census(ImageCollection([folder.path]))
    #expect(census.splits.map(\.name) == ["train", "test"])
    #expect(census.splits.map { $0.classes.map(\.images) } == [[1, 3], [0, 1]])
    #expect(census.splits.map { $0.classes.map(\.patients) } == [[1, 2], [0, 1]])
    #expect(census.splits.map(\.all.patients) == [3, 1])
    #expect(census.all.images == 5 && census.all.patients == 3)
    #expect(census.classes.map(\.patients) == [1, 2])
    #expect(census.all.sizes == 4)
    let train = census.splits[0].all
    #expect(train.widths == Extremes([30, 30, 31, 40]))
    #expect(train.widths?.median == 30.5 && train.widths?.maximum == 40)
    #expect(census.splits[1].classes[0].widths == nil)
    #expect(census.all.colors == [.gray: 3, .color: 1, .grayAsColor: 1])
    #expect(census.imbalance == 4)
    #expect(census.problems.isEmpty && census.ignoredFiles == 0)
  }

  /// Each kind of bad file is found, told from the others, and none stops the count.
  @Test func findsEachKindOfBadFile() throws {
    let folder = try folder()
    let jpeg = try image(200, 200, 3).jpegBytes(quality: 90)
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    var damaged = jpeg
    for index in stride(from: jpeg.count / 2, to: jpeg.count * 3 / 4, by: 3) {
      damaged[index] = 0xFF
    }
    var precise = jpeg
    let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xFF, 0xC0]) })
    precise[frame + 4] = 12
    let files: [(String, [UInt8], FileProblem.Kind?)] = [
      ("empty.jpeg", [], .empty), ("png.jpeg", png, .notJPEG), ("picture.png", png, .notJPEG),
      ("short.jpeg", Array(jpeg.prefix(jpeg.count / 2)), .truncated),
      ("header.jpeg", Array(jpeg.prefix(30)), .truncated),
      ("damaged.jpeg", damaged, .damaged), ("precise.jpeg", precise, .unsupported),
      ("name.jpe", jpeg, .wrongSuffix), ("notes.txt", Array("notes".utf8), nil),
    ]
    for (name, bytes, _) in files { try folder.write(bytes, to: "train/A/\(name)") }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("train/A/link.jpeg"), withDestinationPath: "nowhere")
    var scan = Scan()
    scan.threads = 2
    let census = try Census(ImageCollection([folder.path]), scan)
    var expected = Dictionary(
      uniqueKeysWithValues: files.compactMap { name, _, kind in kind.map { (name, $0) } })
    expected["link.jpeg"] = .unreadable
    let found = census.problems.map {
      ($0.path.split(separator: "/").last.map(String.init)!, $0.kind)
    }
    #expect(Dictionary(uniqueKeysWithValues: found) == expected)
    #expect(census.problems.map(\.path) == census.problems.map(\.path).sorted())
    #expect(census.all.images == 5)
    #expect(census.ignoredFiles == 1)
    #expect(census.text.contains("2 not a JPEG"))
    #expect(census.text.contains("2 truncated"))
  }

  @Test func tableAndJSONSayTheSame() throws {
    let folder = try folder()
    let census = try Census(ImageCollection([folder.path]))
    let rows = census.text.split(separator: "\n").map {
      $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    }
    #expect(rows.contains(["train", "B", "3", "75.0%", "2", "3", "30…31…40", "20…20…24"]))
    #expect(rows.contains(["all", "all", "5", "100.0%", "3", "4", "30…31…90", "20…20…24"]))
    #expect(census.text.contains("4.00 B for each A; always answering B is right for 80.0%"))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(census.json.text.utf8)) as? [String: Any])
    let splits = try #require(json["splits"] as? [[String: Any]])
    let classes = try #require(splits[0]["classes"] as? [[String: Any]])
    #expect(classes[1]["images"] as? Int == 3 && classes[1]["share"] as? Double == 0.75)
    #expect((classes[1]["width"] as? [String: Double]) == ["min": 30, "median": 31, "max": 40])
    #expect((json["all"] as? [String: Any])?["patients"] as? Int == 3)
    #expect(json["images_of_unknown_patients"] as? Int == 0)
    #expect(!census.text.contains("Patients:"))
    try folder.write(image(20, 20), to: "test/A/scan.jpeg")
    let other = try Census(ImageCollection([folder.path]))
    #expect(other.all.patients == 4)
    #expect(other.text.contains("Patients: 1 of 6 names tell none"))
  }

  /// The picture is XML whose longest bar is that of the most images, whatever names are.
  @Test func pictureIsWellFormed() throws {
    let folder = try TemporaryFolder()
    // A quote, an ampersand and a bracket with a combining accent are other Characters.
    let name = "<a>&\"\u{301}&\u{301}<\u{301}\u{1B}"
    for index in 0..<3 { try folder.write(image(20, 20), to: "\(name)/\(index).jpeg") }
    try folder.write(image(20, 20), to: "b/0.jpeg")
    let svg = try Census(ImageCollection([folder.path])).chart(title: "A & B").svg
    let reader = BarReader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    #expect(parser.parse())
    #expect(reader.bars.count == 4)
    let longest = try #require(reader.bars.max())
    #expect(abs(reader.bars[2] * 3 - longest) < 0.2)
    #expect(svg.contains("prefers-color-scheme: dark"))
    #expect(svg.contains("&lt;a&gt;&amp;&quot;\u{301}&amp;\u{301}&lt;\u{301}\\u{1b}"))
  }

  /// The widths of bars, in the order of the file.
  private final class BarReader: NSObject, XMLParserDelegate {
    var bars: [Double] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      // Those of the legend have no length of their own.
      guard name == "rect", attributes["width"] != "22.0" else { return }
      bars.append(attributes["width"].flatMap(Double.init) ?? -1)
    }
  }
}
