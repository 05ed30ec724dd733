import PneumoImaging
import PneumoModel
import PneumoTestSupport
import Synchronization
import Testing

@testable import PneumoDataset

@Suite("The cache of decoded images")
struct ImageCacheTests {
  private static let count = 12

  /// Images of several sizes, some in color, in two classes.
  private func folder(broken: [String] = []) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for index in 0..<Self.count {
      let image = PixelImage.pattern(
        height: 20 + index, width: 31 - index, channels: index % 3 == 0 ? 3 : 1)
      let name = "\(index % 2 == 0 ? "a" : "b")/\(index).jpeg"
      try folder.write(broken.contains(name) ? [1, 2, 3] : image.jpegBytes(quality: 90), to: name)
    }
    return folder
  }

  private func preprocessing(
    _ mode: Preprocessing.ColorMode, _ filter: Preprocessing.Filter
  ) -> Preprocessing {
    let channels = mode.channels
    return Preprocessing(
      colorMode: mode, size: Extent(height: 16, width: 18), filter: filter,
      scale: Array([0.01, 0.02, 0.003][..<channels]), mean: Array([0.5, 0.4, 0.1][..<channels]),
      standardDeviation: Array([0.2, 0.3, 0.7][..<channels]))
  }

  @Test(arguments: Preprocessing.ColorMode.allCases, [Preprocessing.Filter.nearest, .bilinear])
  func tensorsAreThoseOfThePreprocessor(
    mode: Preprocessing.ColorMode, filter: Preprocessing.Filter
  ) throws {
    let folder = try folder()
    let preprocessing = preprocessing(mode, filter)
    let dataset = try Dataset(folder: folder.path)
    let cache = try ImageCache(dataset, preprocessing, threads: 3)
    #expect(cache.dataset == dataset && cache.skipped.isEmpty)
    let loader = ImageLoader(preprocessing)
    // A map that is not quite the identity goes the long way and moves nothing.
    var long = Transform()
    long.flipsHorizontally = true
    for (sample, image) in zip(dataset.samples, cache.images) {
      let expected = try loader.load(sample.path)
      #expect(Transform().tensor(of: image, cache.preprocessor) == expected)
      let mirrored = long.tensor(of: image, cache.preprocessor)
      let channels = mode.channels
      #expect(
        mirrored.indices.allSatisfy { index in
          let (pixel, channel) = (index / channels, index % channels)
          let (row, column) = (pixel / 18, pixel % 18)
          return mirrored[index] == expected[(row * 18 + 17 - column) * channels + channel]
        })
    }
  }

  @Test func grayImagesTakeOneChannel() throws {
    let folder = try folder()
    let cache = try ImageCache(
      Dataset(folder: folder.path), preprocessing(.rgb, .bilinear), threads: 2)
    #expect(cache.images.count { $0.channels == 1 } == 8)
    // A color JPEG of a gray picture is gray too.
    let gray = PixelImage.pattern(height: 20, width: 20, channels: 1)
    let asColor = PixelImage(
      width: 20, height: 20, channels: 3, pixels: gray.pixels.flatMap { [$0 / 2, $0 / 2, $0 / 2] })
    try folder.write(asColor.jpegBytes(quality: 95, subsampling: .none), to: "a/gray.jpeg")
    let more = try ImageCache(
      Dataset(folder: folder.path), preprocessing(.rgb, .bilinear), threads: 2)
    #expect(more.images.count { $0.channels == 1 } == 9)
    #expect(more.byteCount == 16 * 18 * (9 + 4 * 3))
  }

  @Test(arguments: 0..<3, [0, 7, 19]) func oneOtherByteMakesAColor(channel: Int, pixel: Int) {
    let gray = PixelImage.pattern(height: 4, width: 5, channels: 1)
    var pixels = gray.pixels.flatMap { [$0, $0, $0] }
    func image() -> PixelImage { PixelImage(width: 5, height: 4, channels: 3, pixels: pixels) }
    #expect(image().withoutEqualChannels() == gray)
    pixels[3 * pixel + channel] ^= 1
    #expect(image().withoutEqualChannels() == image())
  }

  @Test func copiesAreSeenAsFilesAreRead() throws {
    let folder = try folder()
    try folder.write([UInt8](folder.read("a/4.jpeg")), to: "a/copy.jpeg")
    let cache = try ImageCache(
      Dataset(folder: folder.path), preprocessing(.gray, .nearest), threads: 3)
    let groups = try SampleGroups(cache)
    let names = groups.identicalImages.map { group in
      group.map { String(cache.dataset.samples[$0].path.dropFirst(folder.path.count + 1)) }
    }
    #expect(names == [["a/4.jpeg", "a/copy.jpeg"]])
    #expect(Set(groups.numbers).count == Self.count)
  }

  @Test func progressComesOneAtATime() throws {
    let folder = try folder()
    let calls = Mutex<[Int]>([])
    _ = try ImageCache(
      Dataset(folder: folder.path), preprocessing(.gray, .box), threads: 4,
      progress: { done in calls.withLock { $0.append(done) } })
    #expect(calls.withLock { $0 } == Array(1...Self.count))
  }

  @Test func badImagesAreListedOrSkipped() throws {
    let folder = try folder(broken: ["a/2.jpeg", "b/9.jpeg"])
    let dataset = try Dataset(folder: folder.path)
    let preprocessing = preprocessing(.gray, .nearest)
    let error = try #require(throws: DatasetError.self) {
      try ImageCache(dataset, preprocessing, threads: 2)
    }
    #expect(error.kind == .unreadableImages)
    #expect(error.unreadable.map(\.path) == [folder.path("a/2.jpeg"), folder.path("b/9.jpeg")])
    #expect(error.description.hasPrefix("\(folder.path): 2 of 12 images cannot be read"))

    let cache = try ImageCache(dataset, preprocessing, threads: 2, skipsBad: true)
    #expect(cache.skipped == error.unreadable)
    #expect(
      cache.dataset.samples
        == dataset.samples.filter { !error.unreadable.map(\.path).contains($0.path) })
    let loader = ImageLoader(preprocessing)
    for (sample, image) in zip(cache.dataset.samples, cache.images) {
      #expect(try loader.loadPixels(sample.path) == image)
    }
    #expect(cache.images.count == Self.count - 2)
  }

  @Test func aClassOfBadImagesIsAnError() throws {
    let folder = try folder(broken: (0..<Self.count).map { "a/\($0).jpeg" })
    let error = try #require(throws: DatasetError.self) {
      try ImageCache(
        Dataset(folder: folder.path), preprocessing(.gray, .nearest), threads: 1, skipsBad: true)
    }
    #expect(error.kind == .emptyClass && error.reason.contains("'a'"))
    #expect(error.unreadable.count == Self.count / 2)
  }

  @Test func stopsWhenAsked() throws {
    let folder = try folder()
    let asked = Atomic(0)
    let error = try #require(throws: DatasetError.self) {
      try ImageCache(
        Dataset(folder: folder.path), preprocessing(.gray, .nearest), threads: 1,
        isCancelled: { asked.wrappingAdd(1, ordering: .relaxed).newValue > 3 })
    }
    #expect(error.kind == .canceled)
    #expect(asked.load(ordering: .relaxed) == 4)
  }
}
