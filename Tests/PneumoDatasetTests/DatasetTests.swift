import Foundation
@testable import PneumoDataset
import PneumoImaging
import PneumoModel
import PneumoTestSupport
import Testing

/// A small image; each seed gives another.
private func jpeg(_ seed: Int) throws -> [UInt8] {
  let pixels = (0..<64).map { UInt8(($0 * 3 + seed * 17) % 256) }
  return try PixelImage(width: 8, height: 8, channels: 1, pixels: pixels).jpegBytes(quality: 90)
}

@Suite struct DatasetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func patientsAreToldByNames() {
    #expect(patient(ofFile: "a/person12_virus_3.jpeg") == "virus-12")
    #expect(patient(ofFile: "person12_bacteria_3.jpeg") == "bacteria-12")
    #expect(patient(ofFile: "person447_virus_921_1.jpeg") == "virus-447")
    #expect(patient(ofFile: "IM-0115-0001.jpeg") == "IM-0115")
    #expect(patient(ofFile: "NORMAL2-IM-0115-0001-0002.jpeg") == "NORMAL2-0115")
    #expect(patient(ofFile: "x/other.jpeg") == "x/other.jpeg")
    #expect(patient(ofFile: "person_virus_3.jpeg") == "person_virus_3.jpeg")
  }

  @Test func foldersAreClasses() throws {
    try folder.write(try jpeg(1), to: "b/person100_virus_2.jpeg")
    try folder.write(try jpeg(2), to: "b/person1000_virus_1.JPG")
    try folder.write(try jpeg(3), to: "a/inner/x.jpeg")
    try folder.write(try jpeg(4), to: "a/y.jpeg")
    try folder.write([1], to: "a/notes.txt")
    try folder.write([1], to: "empty/notes.txt")
    let dataset = try Dataset(contentsOf: folder.path)
    #expect(dataset.classes == ["a", "b"])
    // Byte order: '0' stands before '_'.
    #expect(
      dataset.samples.map { String($0.path.dropFirst(folder.path.count + 1)) } == [
        "a/y.jpeg", "a/inner/x.jpeg", "b/person1000_virus_1.JPG", "b/person100_virus_2.jpeg",
      ])
    #expect(dataset.samples.map(\.label) == [0, 0, 1, 1])
  }

  private func failure(_ body: () throws -> Void) -> DatasetError? {
    do {
      try body()
      return nil
    } catch {
      return error as? DatasetError
    }
  }

  @Test func errorsOfFoldersAndTables() throws {
    #expect(failure { _ = try Dataset(contentsOf: folder.path("none")) }?.kind == .unreadable)
    #expect(failure { _ = try Dataset(contentsOf: folder.path) }?.kind == .noImages)
    try folder.write(try jpeg(1), to: "a/x.jpeg")
    #expect(failure { _ = try Dataset(contentsOf: folder.path) }?.kind == .oneClass)
    for (text, line) in [
      ("", nil), ("file,label\n", nil), ("path,label\na,b,c\n", ":2:"),
      ("path,label\na,\n", ":2:"), ("path,label\na,1\n\"a\",2\n", ":3:"),
      ("path,label\n\"a,1\n", ":2:"),
    ] as [(String, String?)] {
      try folder.write(Array(text.utf8), to: "t.csv")
      let error = failure { _ = try Dataset(contentsOf: folder.path("t.csv")) }
      #expect(error?.kind == .invalidTable, "\(text)")
      if let line { #expect(error?.description.contains(line) == true, "\(text)") }
    }
  }

  @Test func tablesNamePatients() throws {
    let text =
      "label,patient,path\r\nyes,p1,\"b,1.jpeg\"\nno,,person3_virus_1.jpeg\nyes,p1,a.jpeg\n"
    try folder.write(Array(text.utf8), to: "t.csv")
    let dataset = try Dataset(contentsOf: folder.path("t.csv"))
    #expect(dataset.classes == ["no", "yes"])
    #expect(dataset.samples.map(\.patient) == ["virus-3", "p1", "p1"])
    #expect(dataset.samples[2].path == folder.path("b,1.jpeg"))
  }

  @Test func identicalImagesBelongTogether() throws {
    for (name, seed) in [("a/1.jpeg", 1), ("a/2.jpeg", 2), ("a/3.jpeg", 1), ("b/4.jpeg", 4)] {
      try folder.write(try jpeg(seed), to: name)
    }
    let dataset = try Dataset(contentsOf: folder.path)
    let groups = try Groups(of: dataset)
    #expect(groups.identicalImages == [[0, 2]])
    #expect(groups.group == [0, 1, 0, 2])
    try folder.write(try jpeg(4), to: "a/9.jpeg")
    let error = failure { _ = try Groups(of: try Dataset(contentsOf: folder.path)) }
    #expect(error?.kind == .conflictingLabels)
    #expect(error?.description.contains("a/9.jpeg") == true)
  }

  /// 10 patients of 1 to 4 images in class a, 25 of one or two in class b.
  private func patients() throws -> Dataset {
    var lines = "path,label,patient\n"
    for patient in 0..<10 {
      for image in 0...patient % 4 { lines += "a\(patient)-\(image).jpeg,a,a\(patient)\n" }
    }
    for patient in 0..<25 {
      for image in 0...patient % 2 { lines += "b\(patient)-\(image).jpeg,b,b\(patient)\n" }
    }
    try folder.write(Array(lines.utf8), to: "p.csv")
    return try Dataset(contentsOf: folder.path("p.csv"))
  }

  @Test func foldsKeepPatientsAndClassesTogether() throws {
    let dataset = try patients()
    let groups = try Groups(of: dataset)
    let folds = try Split.folds(dataset, groups, count: 5, seed: 3)
    #expect(folds.flatMap(\.validation).sorted() == Array(dataset.samples.indices))
    for fold in folds {
      try fold.checkForLeaks(dataset, groups)
      #expect(fold.training.count + fold.validation.count == dataset.samples.count)
      for (label, least, most) in [(0, 3, 7), (1, 6, 9)] {
        let count = fold.validation.count { dataset.samples[$0].label == label }
        #expect((least...most).contains(count), "class \(label): \(count)")
      }
    }
    #expect(try Split.folds(dataset, groups, count: 5, seed: 3) == folds)
    #expect(try Split.folds(dataset, groups, count: 5, seed: 4) != folds)
    let error = failure { _ = try Split.folds(dataset, groups, count: 11, seed: 3) }
    #expect(error?.kind == .tooFewPatients)
    #expect(error?.description.contains("class a has 10 patients") == true)
  }

  @Test func kerasSplitLeaksAndIsMended() throws {
    let dataset = try patients()
    let groups = try Groups(of: dataset)
    let split = Split.keras(dataset, fraction: 0.1)
    let ofA = dataset.samples.count { $0.label == 0 }
    #expect(
      split.validation == [0, 1] + (ofA..<ofA + Int(0.1 * Double(dataset.samples.count - ofA))))
    let leaking = Split.keras(dataset, fraction: 0.2)
    #expect(failure { try leaking.checkForLeaks(dataset, groups) }?.kind == .leak)
    let mended = leaking.withoutLeaks(groups)
    try mended.checkForLeaks(dataset, groups)
    #expect(mended.training.count + mended.validation.count == dataset.samples.count)
  }

  @Test func cacheHoldsWhatThePreprocessorMakes() throws {
    for seed in 0..<40 {
      try folder.write(try jpeg(seed), to: "\(seed % 2 == 0 ? "a" : "b")/\(seed).jpeg")
    }
    try folder.write([1, 2, 3], to: "b/bad.jpeg")
    let dataset = try Dataset(contentsOf: folder.path)
    for preprocessing in [
      Preprocessing.kerasStudy(size: Extent(height: 6, width: 5)),
      Preprocessing(
        colorMode: .gray, size: Extent(4), filter: .bilinear, scale: [0.5], mean: [3],
        standardDeviation: [7]),
    ] {
      let cache = ImageCache(dataset.samples, preprocessing, threads: 2)
      #expect(cache.failures.map(\.sample) == [dataset.samples.count - 1])
      #expect(cache.failures[0].reason.contains("bad.jpeg"))
      let loader = ImageLoader(preprocessing)
      for index in dataset.samples.indices.dropLast() {
        var tensor = [Float](repeating: 0, count: preprocessing.shape.count)
        tensor.withUnsafeMutableBufferPointer { cache.write(index, to: $0.baseAddress!) }
        #expect(tensor == (try loader.load(dataset.samples[index].path)))
      }
    }
  }

  @Test func robustAugmentationIsRepeatableAndBounded() throws {
    try folder.write(try jpeg(1), to: "a/1.jpeg")
    try folder.write(try jpeg(2), to: "b/2.jpeg")
    let preprocessing = Preprocessing(
      colorMode: .gray, size: Extent(8), filter: .nearest, scale: [1], mean: [0],
      standardDeviation: [1])
    let cache = ImageCache(try Dataset(contentsOf: folder.path).samples, preprocessing, threads: 1)
    let robust = try #require(Augmentation(name: "robust"))
    var seen = Set<[Float]>()
    for seed in 0..<50 {
      func image() -> [Float] {
        var random = NumPyRandom(seed: [UInt32(seed)])
        var tensor = [Float](repeating: -1, count: 64)
        tensor.withUnsafeMutableBufferPointer {
          robust.write(0, of: cache, random: &random, to: $0.baseAddress!)
        }
        return tensor
      }
      #expect(image() == image())
      #expect(image().allSatisfy { (0...255).contains($0) })
      seen.insert(image())
    }
    #expect(seen.count == 50)
  }

  /// What `appearance` makes of a picture of 20×20 values of 60...190.
  private func changed(_ set: (inout Appearance) -> Void) -> (before: [Float], after: [Float]) {
    var appearance = Appearance()
    set(&appearance)
    let before = (0..<400).map { Float($0 * 37 % 131 + 60) }
    var after = before
    var random = NumPyRandom(seed: 3)
    after.withUnsafeMutableBufferPointer {
      appearance.apply($0.baseAddress!, Extent(20), 1, &random)
    }
    return (before, after)
  }

  @Test func eachSettingDoesWhatItSays() {
    func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }
    let same = changed { _ in }
    #expect(same.after == same.before)

    let brighter = changed { $0.brightness = 20 }
    let added = brighter.after[0] - brighter.before[0]
    #expect(abs(added) > 0.1 && abs(added) <= 20)
    #expect(zip(brighter.after, brighter.before).allSatisfy { abs($0 - $1 - added) < 1e-3 })

    let contrast = changed { $0.contrast = 0.4 }
    let middle = mean(contrast.before)
    let factor = (contrast.after[0] - middle) / (contrast.before[0] - middle)
    #expect(abs(factor - 1) > 0.01 && abs(factor - 1) <= 0.4)
    for (x, y) in zip(contrast.before, contrast.after) {
      #expect(abs(y - middle - (x - middle) * factor) < 1e-3)
    }

    let gamma = changed { $0.gamma = 0.5...2 }
    func exponent(_ index: Int) -> Double {
      log(Double(gamma.after[index]) / 255) / log(Double(gamma.before[index]) / 255)
    }
    #expect((0.5...2).contains(exponent(0)) && abs(exponent(0) - 1) > 0.01)
    for index in 0..<400 { #expect(abs(exponent(index) - exponent(0)) < 1e-4) }

    let blurred = changed { $0.blurProbability = 1 }
    let x = blurred.before
    var sum: Float = 0
    for (row, vertical) in [(4, 0.25), (5, 0.5), (6, 0.25)] as [(Int, Float)] {
      sum += vertical * (0.25 * x[row * 20 + 8] + 0.5 * x[row * 20 + 9] + 0.25 * x[row * 20 + 10])
    }
    #expect(abs(blurred.after[5 * 20 + 9] - sum) < 1e-3)

    let noisy = changed { $0.noise = 8 }
    let noise = zip(noisy.after, noisy.before).map { $0 - $1 }
    let deviation = mean(noise.map { $0 * $0 }).squareRoot()
    #expect(deviation > 0.1 && deviation < 8 * 1.15)
    #expect(abs(mean(noise)) < deviation / 4)

    let erased = changed { $0.erasingProbability = 1 }
    let places = (0..<400).filter { erased.after[$0] != erased.before[$0] }
    #expect(Set(places.map { erased.after[$0] }).count == 1)
    let (rows, columns) = (Set(places.map { $0 / 20 }), Set(places.map { $0 % 20 }))
    #expect(places.count == rows.count * columns.count)
    #expect((4...60).contains(places.count))
  }

  /// Images whose channels are equal are kept as one, and give the tensors of three.
  @Test func grayImagesAreKeptAsOneChannel() throws {
    let gray = (0..<64).map { UInt8($0 * 29 % 256) }
    let color = gray.flatMap { [$0, $0, $0] }
    try folder.write(
      try PixelImage(width: 8, height: 8, channels: 1, pixels: gray).jpegBytes(quality: 100),
      to: "a/1.jpeg")
    try folder.write(
      try PixelImage(width: 8, height: 8, channels: 3, pixels: color).jpegBytes(quality: 100),
      to: "b/2.jpeg")
    var uneven = color
    uneven[3 * 20] = uneven[3 * 20 + 1] &+ 120
    try folder.write(
      try PixelImage(width: 8, height: 8, channels: 3, pixels: uneven).jpegBytes(quality: 100),
      to: "b/3.jpeg")
    let preprocessing = Preprocessing.kerasStudy(size: Extent(8))
    let cache = ImageCache(
      try Dataset(contentsOf: folder.path).samples, preprocessing, threads: 1)
    #expect((0..<3).map { cache.channels(of: $0) } == [1, 1, 3])
    #expect(cache.byteCount == 64 * 5)
    for augmentation in [Augmentation.none, .study, .robust] {
      for sample in 0..<2 {
        var random = NumPyRandom(seed: 5)
        var tensor = [Float](repeating: -1, count: 192)
        tensor.withUnsafeMutableBufferPointer {
          augmentation.write(sample, of: cache, random: &random, to: $0.baseAddress!)
        }
        #expect((0..<64).allSatisfy { Set(tensor[3 * $0..<3 * $0 + 3]).count == 1 })
        #expect(Set(tensor).count > 20)
      }
    }
  }

  @Test(.enabled(if: SharedFolder.has("data/chest_xray_224/train"), "needs ../shared"))
  func realXRays() throws {
    let dataset = try Dataset(contentsOf: SharedFolder.path("data/chest_xray_224/train"))
    #expect(dataset.classes == ["NORMAL", "PNEUMONIA"])
    #expect(dataset.samples.count == 5216)
    #expect(Set(dataset.samples.filter { $0.label == 1 }.map(\.patient)).count == 2443)
    #expect(Set(dataset.samples.filter { $0.label == 0 }.map(\.patient)).count == 1211)
    #expect(try Groups(of: dataset).identicalImages.count == 24)
  }
}
