import Foundation
import PneumoDataset
import PneumoImaging
import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoInspection

@Suite struct GalleryTests {
  private func folder(_ count: Int = 4) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for index in 0..<count {
      for name in ["A", "B"] {
        let image = phantom(index + (name == "A" ? 0 : count), side: 160)
        try folder.write(image, to: "\(name)/\(name)\(index).jpeg")
      }
    }
    return folder
  }

  /// The JPEGs in a page.
  private func images(_ page: String) throws -> [PixelImage] {
    try page.components(separatedBy: "src=\"data:image/jpeg;base64,").dropFirst().map { rest in
      let data = try #require(Data(base64Encoded: String(rest.prefix { $0 != "\"" })))
      return try JPEGDecoder().decode(Array(data))
    }
  }

  @Test func pageHoldsImagesOfEachClass() throws {
    let folder = try folder()
    let collection = try ImageCollection([folder.path])
    var settings = Gallery.Settings()
    settings.count = 3
    let gallery = try Gallery(collection, settings)
    let page = gallery.page
    #expect(gallery.imageCount == 6)
    #expect(try images(page).count == 6)
    #expect(gallery.cells.map { Set($0.pictures.map(\.sample.path)).count } == [3, 3])
    #expect(page.contains("alt=\"B, B"))
    #expect(page.contains("3 of 4"))
    // Nothing is fetched, nothing runs. The icon keeps browsers from looking for one.
    let rest = page.replacing("<link rel=\"icon\" href=\"data:,\">", with: "")
    for word in ["http:", "https:", "<script", "<link", "@import", "unsafe-inline", "style="] {
      #expect(!rest.contains(word), "\(word)")
    }
    #expect(try Gallery(collection, settings).page == page)
    settings.seed = 7
    #expect(try Gallery(collection, settings).page != page)
  }

  @Test func itsTemplateAsksForWhatThereIs() throws {
    let folder = try folder()
    let gallery = try Gallery(ImageCollection([folder.path]), Gallery.Settings())
    #expect(unknownNames(in: [PackageResources.gallery_mustache], showing: [gallery.content]) == [])
  }

  @Test func fewerImagesThanAskedForAreAllShown() throws {
    let folder = try folder(2)
    var settings = Gallery.Settings()
    settings.count = 50
    let gallery = try Gallery(ImageCollection([folder.path]), settings)
    #expect(gallery.imageCount == 4 && gallery.problems.isEmpty)
  }

  /// What is shown of an epoch is what the trainer's loader gives, but for the coding as JPEG.
  @Test(arguments: [Augmentation.robust, .study])
  func versionsAreThoseOfTheTrainer(augmentation: Augmentation) throws {
    let folder = try folder()
    var settings = Gallery.Settings()
    settings.count = 2
    settings.seed = 5
    settings.versions = 3
    settings.augmentation = augmentation
    settings.preprocessing = .kerasStudy(size: Extent(64))
    let gallery = try Gallery(ImageCollection([folder.path]), settings)
    let dataset = try Dataset(folder: folder.path)
    let cache = try ImageCache(dataset, settings.preprocessing, threads: 1)
    let loader = BatchLoader(cache, augmentation: augmentation, seed: 5)
    #expect(try images(gallery.page).count == 4 * 4)
    for picture in gallery.cells.flatMap(\.pictures) {
      let place = try #require(dataset.samples.firstIndex { $0.path == picture.sample.path })
      func difference(_ version: Int, epoch: Int) throws -> Float {
        var tensor = [Float](repeating: 0, count: settings.preprocessing.shape.count)
        tensor.withUnsafeMutableBufferPointer {
          loader.write(place, epoch: epoch, to: $0.baseAddress!)
        }
        let shown = try JPEGDecoder().decode(picture.versions[version])
        let spread = tensor.count / shown.pixels.count
        let sum = shown.pixels.indices.reduce(Float(0)) {
          $0 + abs(Float(shown.pixels[$1]) - tensor[$1 * spread] * 255)
        }
        return sum / Float(shown.pixels.count)
      }
      for version in 0..<3 { #expect(try difference(version, epoch: version + 1) < 4) }
      #expect(try difference(0, epoch: 2) + difference(1, epoch: 3) > 4)
    }
  }

  @Test func anotherImageTakesThePlaceOfABadOne() throws {
    let folder = try folder(3)
    for name in ["A0", "A1"] { try folder.write([0xFF, 0xD8, 0xFF], to: "A/\(name).jpeg") }
    var settings = Gallery.Settings()
    settings.count = 3
    let gallery = try Gallery(ImageCollection([folder.path]), settings)
    #expect(gallery.cells.map(\.pictures.count) == [1, 3])
    #expect(gallery.problems.map(\.kind) == [.truncated, .truncated])
  }

  /// Names of files and folders are text in the page, and not markup.
  @Test func namesAreEscaped() throws {
    let folder = try TemporaryFolder()
    try folder.write(phantom(1), to: "<b>&\"/\"<script>.jpeg")
    let page = try Gallery(ImageCollection([folder.path]), Gallery.Settings()).page
    #expect(page.contains("alt=\"&lt;b&gt;&amp;&quot;, &quot;&lt;script&gt;.jpeg\""))
    #expect(!page.contains("<script>"))
  }
}
