import PneumoImaging

/// Prepares the images of a training run: which come when, and what becomes of each.
///
/// All of it follows from the seed, the epoch and the image; no order of calls changes a bit, so any
/// thread may prepare the image that it is about to train on, and a run can go on from any epoch.
public struct BatchLoader: Sendable {
  /// The images.
  public let cache: ImageCache
  /// How they are varied.
  public let augmentation: Augmentation
  /// The seed of the run.
  public let seed: UInt32
  /// Which chance varies them: `augmentation`, or `validationAugmentation`.
  public let stream: RandomStream

  /// A loader. Throws `invalidAugmentation`; see ``Augmentation/check()``.
  public init(
    _ cache: ImageCache, augmentation: Augmentation = .none, seed: UInt32,
    stream: RandomStream = .augmentation
  ) throws(DatasetError) {
    try augmentation.check()
    self.cache = cache
    self.augmentation = augmentation
    self.seed = seed
    self.stream = stream
  }

  /// `samples` in the order of an epoch: `RandomState([seed, 1, epoch]).permutation(n)` of them.
  public func order(of samples: [Int], epoch: UInt32) -> [Int] {
    var random = NumPyRandom(seed: seed, stream: .order, epoch)
    return random.permutation(samples.count).map { samples[$0] }
  }

  /// What becomes of a sample in an epoch, drawn from `RandomState([seed, stream, epoch, sample])`.
  public func transform(of sample: Int, epoch: UInt32) -> Transform {
    guard augmentation != .none else { return Transform() }
    var random = NumPyRandom(
      seed: seed, stream: stream, epoch, UInt32(truncatingIfNeeded: sample))
    return augmentation.draw(for: cache.preprocessor.preprocessing.size, from: &random)
  }

  /// Writes the tensor of a sample as it is in an epoch. Safe to call from many threads at once.
  ///
  /// - Precondition: `sample` is an index of `cache.images`; as of ``Transform/apply(to:_:into:)``.
  public func fill(
    _ tensor: UnsafeMutableBufferPointer<Float>, with sample: Int, epoch: UInt32
  ) {
    transform(of: sample, epoch: epoch)
      .apply(to: cache.images[sample], cache.preprocessor, into: tensor)
  }
}
