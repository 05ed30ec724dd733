import PneumoImaging
import PneumoSupport

/// Prepares the images of a training run: which come when, and what becomes of each.
///
/// All of it follows from the seed, the epoch and the image; no order of calls changes a bit, so any
/// thread may prepare the image that it is about to train on, and a run can go on from any batch.
package struct BatchLoader: Sendable {
  private let cache: ImageCache
  private let augmentation: Augmentation
  private let seed: UInt32
  private let stream: RandomStream

  /// A loader.
  ///
  /// - Parameters:
  ///   - augmentation: how images are varied.
  ///   - seed: of the run.
  ///   - stream: which chance varies images: `augmentation`, or `validationAugmentation`.
  package init(
    _ cache: ImageCache, augmentation: Augmentation, seed: UInt32,
    stream: RandomStream = .augmentation
  ) {
    self.cache = cache
    self.augmentation = augmentation
    self.seed = seed
    self.stream = stream
  }

  /// `samples` in the order of an epoch: `RandomState([seed, 1, epoch]).permutation(n)` of them.
  package func order(of samples: [Int], epoch: Int) -> [Int] {
    var random = MersenneTwister(seed: seed, stream: .order, UInt32(truncatingIfNeeded: epoch))
    return random.permutation(samples.count).map { samples[$0] }
  }

  /// What becomes of a sample in an epoch.
  func transform(of sample: Int, epoch: Int) -> Transform {
    augmentation.transform(
      of: sample, epoch: epoch, stream: stream, seed: seed,
      size: cache.preprocessor.preprocessing.size)
  }

  /// Writes the tensor of a sample as it is in an epoch. Safe to call from many threads at once.
  ///
  /// - Parameters:
  ///   - sample: an index of `cache.images`.
  ///   - tensor: room for as many floats as the preprocessing's shape has, which is `channelsLast`.
  package func write(_ sample: Int, epoch: Int, to tensor: UnsafeMutablePointer<Float>) {
    transform(of: sample, epoch: epoch).apply(
      to: cache.images[sample], cache.preprocessor,
      into: UnsafeMutableBufferPointer(
        start: tensor, count: cache.preprocessor.preprocessing.shape.count))
  }
}
