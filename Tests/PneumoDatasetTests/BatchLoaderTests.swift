import PneumoConcurrency
import PneumoImaging
import PneumoModel
import PneumoSupport
import PneumoTestSupport
import Testing

@testable import PneumoConcurrency
@testable import PneumoDataset

@Suite("The loader of batches")
struct BatchLoaderTests {

  private func cache() throws -> ImageCache {
    let folder = try TemporaryFolder()
    for index in 0..<6 {
      let image = PixelImage.pattern(height: 30, width: 20 + index, channels: 1)
      try folder.write(
        image.jpegBytes(quality: 80), to: "\(index % 2 == 0 ? "a" : "b")/\(index).jpeg")
    }
    return try ImageCache(
      Dataset(folder: folder.path), .kerasStudy(size: Extent(height: 17, width: 17)), threads: 1)
  }

  private func tensor(_ loader: BatchLoader, _ sample: Int, epoch: Int) -> [Float] {
    var values = [Float](repeating: .nan, count: 17 * 17 * 3)
    values.withUnsafeMutableBufferPointer {
      loader.write(sample, epoch: epoch, to: $0.baseAddress!)
    }
    return values
  }

  @Test func ordersAreNumPys() throws {
    let loader = try BatchLoader(cache(), augmentation: .none, seed: 7)
    // numpy.random.RandomState([7, 1, 0]).permutation(6), and of epoch 1
    #expect(loader.order(of: [10, 11, 12, 13, 14, 15], epoch: 0) == [13, 12, 14, 15, 11, 10])
    #expect(loader.order(of: [10, 11, 12, 13, 14, 15], epoch: 1) == [11, 12, 15, 13, 10, 14])
  }

  @Test func anyThreadGivesTheSame() throws {
    let loader = try BatchLoader(cache(), augmentation: .robust, seed: 7)
    let expected = (0..<6).map { tensor(loader, $0, epoch: 3) }
    var all = [Float](repeating: .nan, count: 6 * 17 * 17 * 3)
    let count = 17 * 17 * 3
    all.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let start = buffer.baseAddress!
      parallelFor(6, threads: 4) { sample in
        loader.write(sample, epoch: 3, to: start + sample * count)
      }
    }
    #expect(all == expected.flatMap(\.self))
  }

  @Test func epochsSamplesSeedsAndStreamsDiffer() throws {
    let cache = try cache()
    let loader = BatchLoader(cache, augmentation: .study, seed: 7)
    let others = [
      loader.transform(of: 0, epoch: 0), loader.transform(of: 1, epoch: 0),
      loader.transform(of: 0, epoch: 1),
      BatchLoader(cache, augmentation: .study, seed: 8).transform(of: 0, epoch: 0),
      BatchLoader(cache, augmentation: .study, seed: 7, stream: .validationAugmentation)
        .transform(of: 0, epoch: 0),
    ]
    #expect(Set(others).count == 5)
    var random = MersenneTwister(seed: [7, 3, 0, 0])
    #expect(
      others[0]
        == Augmentation.study.draw(for: Extent(height: 17, width: 17), from: &random))
  }

  @Test func withoutAugmentationImagesAreAsTheyAre() throws {
    let cache = try cache()
    let loader = BatchLoader(cache, augmentation: .none, seed: 7)
    for (index, image) in cache.images.enumerated() {
      #expect(tensor(loader, index, epoch: 5) == cache.preprocessor.tensor(of: image))
    }
  }
}
