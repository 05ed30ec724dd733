import PneumoDataset
import PneumoImaging
import PneumoModel
import PneumoSupport

/// A sample of each class of a collection, as pictures; and what augmentation makes of them.
package struct Gallery: Sendable {
  /// Which images, and what becomes of them.
  package struct Settings: Sendable {
    /// Images of each class of each split, where there are as many.
    package var count = 5
    /// What the choice and the augmentation follow.
    package var seed: UInt32 = 42
    /// How images are varied. With `none` they are shown as they are.
    package var augmentation = Augmentation.none
    /// How many variations of each image are shown, from the first epoch on.
    package var versions = 5
    /// What comes before augmentation.
    package var preprocessing = Preprocessing.kerasStudy(size: Extent(150))

    /// Five images a class, as they are.
    package init() {}
  }

  /// An image and its variations, as JPEG files.
  struct Picture: Sendable {
    let sample: Sample
    /// Pixels of the file.
    let width, height: Int
    /// The image, made smaller where it is large.
    let original: [UInt8]
    /// What an epoch of training sees, from the first on.
    let versions: [[UInt8]]
  }

  /// The pictures of one class of one split.
  struct Cell: Sendable {
    let split: Int
    let label: Int
    /// Images of the class, in the order in which they are tried: places in the split.
    let order: [Int]
    var tried = 0
    var pictures: [Picture] = []
  }

  /// What was looked at.
  package let collection: ImageCollection
  let settings: Settings
  private(set) var cells: [Cell]
  /// Those of the collection, and images that were chosen and cannot be decoded: others stand in
  /// their places.
  package private(set) var problems: [FileProblem]

  /// Longest side of an image that is shown as it is.
  private static let side = 360
  private static let quality = 88

  /// Chooses and decodes images. Throws `canceled`.
  ///
  /// - Precondition: as of ``PneumoImaging/Preprocessor/init(_:)``, with channels last.
  package init(
    _ collection: ImageCollection, _ settings: Settings, _ scan: Scan = Scan()
  ) throws(DatasetError) {
    self.collection = collection
    self.settings = settings
    problems = collection.problems
    cells = Self.cells(collection, seed: settings.seed)
    while true {
      var wanted: [(cell: Int, place: Int)] = []
      for index in cells.indices {
        let missing = settings.count - cells[index].pictures.count
        let next = cells[index].order.dropFirst(cells[index].tried).prefix(missing)
        wanted += next.map { (index, $0) }
        cells[index].tried += next.count
      }
      guard !wanted.isEmpty else { return }
      let (cells, requests) = (self.cells, wanted)
      let results = try scan.map(requests.count) { index in
        let (cell, place) = requests[index]
        return Result { () throws(FileProblem) in
          try Self.picture(
            collection.splits[cells[cell].split].samples[place], place: place, settings)
        }
      }
      for (request, result) in zip(requests, results) {
        switch result {
        case .success(let picture): self.cells[request.cell].pictures.append(picture)
        case .failure(let problem): problems.append(problem)
        }
      }
    }
  }

  /// Images that are shown.
  package var imageCount: Int { cells.reduce(0) { $0 + $1.pictures.count } }

  private static func cells(_ collection: ImageCollection, seed: UInt32) -> [Cell] {
    collection.splits.enumerated().flatMap { split, images in
      let places = Dictionary(grouping: images.samples.indices) { images.samples[$0].label }
      return places.sorted { $0.key < $1.key }.map { label, places in
        var random = MersenneTwister(seed: [seed, UInt32(split), UInt32(label)])
        return Cell(
          split: split, label: label,
          order: random.permutation(places.count).map { places[$0] })
      }
    }
  }

  /// - Parameter place: of the sample in its split, which is the trainer's data set.
  private static func picture(
    _ sample: Sample, place: Int, _ settings: Settings
  ) throws(FileProblem) -> Picture {
    let image = try decodedImage(sample.path).image
    do throws(ImageError) {
      return Picture(
        sample: sample, width: image.width, height: image.height,
        original: try image.fitted(to: side).jpegBytes(quality: quality, subsampling: .none),
        versions: try versions(of: image, place: place, settings))
    } catch {
      throw FileProblem(error, sample.path)
    }
  }

  private static func versions(
    of image: PixelImage, place: Int, _ settings: Settings
  ) throws(ImageError) -> [[UInt8]] {
    guard settings.augmentation != .none else { return [] }
    // Gray levels instead of what the network's input is scaled to.
    var preprocessing = settings.preprocessing
    let channels = preprocessing.colorMode.channels
    preprocessing.scale = [Float](repeating: 1, count: channels)
    preprocessing.mean = [Float](repeating: 0, count: channels)
    preprocessing.standardDeviation = preprocessing.scale
    let preprocessor = Preprocessor(preprocessing)
    let small = preprocessor.resized(image).withoutEqualChannels()
    var versions: [[UInt8]] = []
    for epoch in 1..<settings.versions + 1 {
      let transform = settings.augmentation.transform(
        of: place, epoch: epoch, seed: settings.seed, size: preprocessing.size)
      var values = [Float](repeating: 0, count: preprocessing.shape.count)
      values.withUnsafeMutableBufferPointer { values in
        transform.apply(to: small, preprocessor, into: values)
      }
      let version = PixelImage(
        width: preprocessing.size.width, height: preprocessing.size.height, channels: channels,
        pixels: values.map { UInt8(min(max($0.rounded(), 0), 255)) })
      versions.append(
        try version.withoutEqualChannels().jpegBytes(quality: quality, subsampling: .none))
    }
    return versions
  }
}

extension PixelImage {
  /// With sides of at most `side`.
  fileprivate func fitted(to side: Int) -> PixelImage {
    let longest = max(width, height)
    guard longest > side else { return self }
    func scaled(_ length: Int) -> Int { max((length * side + longest / 2) / longest, 1) }
    let size = Extent(height: scaled(height), width: scaled(width))
    return resized(to: size, filter: .bilinear)
  }
}
