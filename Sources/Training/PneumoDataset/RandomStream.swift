import PneumoSupport

/// The purposes of random numbers in a training run. Each has a generator of its own, so that one does
/// not change with another.
package enum RandomStream: UInt32, Hashable, Sendable, CaseIterable {
  /// The order of the samples of an epoch.
  case order = 1
  /// Splits into training and validation.
  case split = 2
  /// Augmentation of training images.
  case augmentation = 3
  /// Augmentation of validation images, as in the study.
  case validationAugmentation = 4
}

extension MersenneTwister {

  /// `RandomState([seed, stream, ...place])`, for instance of an epoch, or of an epoch and an image.
  package init(seed: UInt32, stream: RandomStream, _ place: UInt32...) {
    self.init(seed: [seed, stream.rawValue] + place)
  }
}
