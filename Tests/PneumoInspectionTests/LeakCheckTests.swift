import Foundation
import PneumoDataset
import PneumoImaging
import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoInspection

@Suite struct LeakCheckTests {
  private func names(_ group: LeakCheck.Group, _ folder: TemporaryFolder) -> [String] {
    group.members.map { String($0.sample.path.dropFirst(folder.path.count + 1)) }
  }

  /// Saved again, smaller, another shape, brighter, as color: all that becomes of an image on its
  /// way from hand to hand.
  @Test func findsImagesThatWereSavedAgain() throws {
    let folder = try TemporaryFolder()
    for index in 0..<6 {
      let image = phantom(index)
      let (width, height) = (image.width, image.height)
      try folder.write(image, to: "train/a/\(index).jpeg")
      let other: PixelImage
      var quality = 90
      switch index {
      case 0: (other, quality) = (image, 40)
      case 1: other = image.resized(to: Extent(height: height / 2, width: width / 2), filter: .box)
      case 2: other = image.brightened(by: 15)
      case 3: other = image.asColor
      case 4:
        other = image.resized(
          to: Extent(height: height * 6 / 5, width: width * 3 / 2), filter: .bicubic)
      default:
        other = image.resized(to: Extent(224), filter: .nearest)
        quality = 75
      }
      try folder.write(other, to: "test/a/other-\(index).jpeg", quality: quality)
    }
    let check = try LeakCheck(ImageCollection([folder.path]))
    #expect(check.imageCount == 12)
    #expect(check.identical.isEmpty)
    #expect(
      check.nearlyIdentical.map { names($0, folder) }
        == (0..<6).map { ["train/a/\($0).jpeg", "test/a/other-\($0).jpeg"] })
    #expect(check.nearlyIdentical.allSatisfy { $0.crossesSplits && !$0.conflicts })
    #expect(check.nearlyIdentical.allSatisfy { $0.distance <= 8 && $0.similarity >= 0.98 })
    #expect(check.leaks && !check.conflicts)
    #expect(check.verdict == "LEAK: 6 images in more than one split.")
  }

  @Test func differentPhantomsAreDifferent() throws {
    let folder = try TemporaryFolder()
    for index in 0..<40 {
      try folder.write(
        phantom(index, side: 120), to: "\(index % 2 == 0 ? "train" : "test")/a/\(index).jpeg")
    }
    let check = try LeakCheck(ImageCollection([folder.path]))
    #expect(check.nearlyIdentical.isEmpty && check.identical.isEmpty && check.patients.isEmpty)
    #expect(!check.leaks && !check.conflicts)
    #expect(
      check.verdict
        == "No leak and no conflict: of 40 images none is in two of 2 splits or in two classes, "
        + "but no name of a file tells a patient.")
  }

  @Test func tellsConflictsAndPatientsApart() throws {
    let folder = try TemporaryFolder()
    let image = phantom(1)
    try folder.write(image, to: "NORMAL/IM-0001-0001.jpeg")
    try folder.write(image, to: "PNEUMONIA/person1_virus_1.jpeg")
    try folder.write(image, to: "PNEUMONIA/person1_virus_2.jpeg", quality: 50)
    let second = phantom(2)
    try folder.write(second, to: "PNEUMONIA/person2_virus_1.jpeg")
    try folder.write(second, to: "PNEUMONIA/person2_virus_2.jpeg")
    let check = try LeakCheck(ImageCollection([folder.path]))
    #expect(check.nearlyIdentical.count == 1)
    let group = try #require(check.nearlyIdentical.first)
    #expect(group.members.count == 3)
    #expect(group.conflicts && !group.isOfOnePatient && !group.crossesSplits)
    #expect(check.identical.map(\.members.count) == [2])
    #expect(check.identical[0].isOfOnePatient && !check.identical[0].conflicts)
    #expect(check.conflicts && !check.leaks)
    #expect(check.verdict == "CONFLICT: 1 image in more than one class.")
    #expect(check.text.contains("CONFLICT, different patients"))
  }

  /// A patient is a leak, also where the images differ; across several folders too.
  @Test func findsPatientsInSeveralSplits() throws {
    let folder = try TemporaryFolder()
    try folder.write(phantom(1), to: "one/PNEUMONIA/person7_bacteria_1.jpeg")
    try folder.write(phantom(2), to: "two/PNEUMONIA/person7_bacteria_2.jpeg")
    try folder.write(phantom(3), to: "two/PNEUMONIA/person7_virus_3.jpeg")
    let check = try LeakCheck(ImageCollection([folder.path("one"), folder.path("two")]))
    #expect(check.patients.map(\.name) == ["person7_bacteria"])
    #expect(check.patients[0].members.map(\.split) == [0, 1])
    #expect(check.verdict == "LEAK: 1 patient in more than one split.")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(check.json.text.utf8)) as? [String: Any])
    #expect(json["leak"] as? Bool == true && json["conflict"] as? Bool == false)
    #expect(
      (json["patients"] as? [[String: Any]])?.first?["patient"] as? String == "person7_bacteria")
  }

  @Test func badFilesDoNotEndTheSearch() throws {
    let folder = try TemporaryFolder()
    try folder.write(phantom(1), to: "a/1.jpeg")
    try folder.write(phantom(1), to: "b/1.jpeg")
    try folder.write([], to: "b/2.jpeg")
    let check = try LeakCheck(ImageCollection([folder.path]))
    #expect(check.problems.map(\.kind) == [.empty])
    #expect(check.imageCount == 2 && check.conflicts)
  }

  /// What looks the same is grouped without comparing each with each.
  @Test func manyCopiesAreOneGroup() throws {
    let folder = try TemporaryFolder()
    for index in 0..<30 {
      let level = UInt8(100 + index % 3)
      let flat = PixelImage(
        width: 40, height: 40, channels: 1, pixels: [UInt8](repeating: level, count: 1600))
      try folder.write(flat, to: "a/\(index).jpeg", quality: 80 + index % 5)
    }
    let check = try LeakCheck(ImageCollection([folder.path]))
    #expect(check.nearlyIdentical.map(\.members.count) == [30])
  }

  /// The threads that work do not change what is found; a caller can stop.
  @Test func threadsDoNotMatter() throws {
    let folder = try TemporaryFolder()
    for index in 0..<6 {
      try folder.write(phantom(index / 2), to: "a/\(index).jpeg", quality: 60 + index)
    }
    let collection = try ImageCollection([folder.path])
    var scan = Scan()
    scan.threads = 3
    #expect(
      try LeakCheck(collection, LeakCheck.Standard(), scan).json.text
        == LeakCheck(collection).json.text)
    scan.isCancelled = { true }
    #expect { try LeakCheck(collection, LeakCheck.Standard(), scan) } throws: { error in
      (error as? DatasetError)?.kind == .canceled
    }
  }

  /// Full-size X-rays and the same at 224 x 224, made by somebody else with a filter that is not
  /// known: each is found, and nothing else.
  @Test(.enabled(if: SharedFolder.has("data/chest_xray_originals"), "needs ../shared"))
  func findsSmallerXrays() throws {
    let folder = try TemporaryFolder()
    for finding in ["NORMAL", "PNEUMONIA"] {
      let originals = SharedFolder.path("data/chest_xray_originals/\(finding)")
      for name in try FileManager.default.contentsOfDirectory(atPath: originals).sorted().prefix(3)
      {
        for (split, source) in [
          ("full", originals), ("small", SharedFolder.path("data/chest_xray_224/train/\(finding)")),
        ] {
          try FileManager.default.createDirectory(
            atPath: folder.path("\(split)/\(finding)"), withIntermediateDirectories: true)
          try FileManager.default.copyItem(
            atPath: "\(source)/\(name)", toPath: folder.path("\(split)/\(finding)/\(name)"))
        }
      }
    }
    let check = try LeakCheck(ImageCollection([folder.path]))
    #expect(check.nearlyIdentical.count == 6)
    #expect(check.nearlyIdentical.allSatisfy { $0.members.count == 2 && $0.isOfOnePatient })
  }
}
