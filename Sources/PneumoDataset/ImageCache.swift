import PneumoCompute
import PneumoImaging
import PneumoModel
import Synchronization

/// All images of a data set at the size of the network's input, decoded once: a byte for each channel
/// of each pixel.
///
/// An image whose channels are equal, as those of radiographs are, is kept as one channel: that
/// changes no bit of a tensor, and takes a third of the memory and of the time to augment it.
public struct ImageCache: Sendable {
  /// How bytes become the input of the network.
  public let preprocessing: Preprocessing
  /// Samples whose images could not be read, with the reason.
  public let failures: [(sample: Int, reason: String)]
  private let images: [PixelImage?]
  private let preprocessor: Preprocessor

  /// Rows and columns of an image.
  var extent: Extent { preprocessing.size }

  /// Decodes the images of `samples` on `threads` threads.
  ///
  /// - Parameters:
  ///   - progress: called with the number of images that are done, on one thread at a time.
  ///   - isCancelled: asked between images; where it answers true, the rest is left out.
  public init(
    _ samples: [Sample], _ preprocessing: Preprocessing, threads: Int,
    progress: @escaping @Sendable (Int) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    precondition(preprocessing.colorMode != .bgr, "images are learned from as gray or rgb")
    struct State {
      var images: [PixelImage?]
      var failures: [(sample: Int, reason: String)] = []
      var done = 0
    }
    let state = Mutex(State(images: [PixelImage?](repeating: nil, count: samples.count)))
    let stretch = 16
    let parts = (samples.count + stretch - 1) / stretch
    parallelFor(parts, threads: threads) { part in
      let loader = ImageLoader(preprocessing)
      for index in part * stretch..<min((part + 1) * stretch, samples.count) {
        if isCancelled() { return }
        let image = Result { () throws(ImageError) in
          try loader.loadPixels(samples[index].path).withoutEqualChannels()
        }
        state.withLock { state in
          switch image {
          case .success(let image): state.images[index] = image
          case .failure(let error): state.failures.append((index, error.description))
          }
          state.done += 1
          progress(state.done)
        }
      }
    }
    let result = state.withLock { $0 }
    self.preprocessing = preprocessing
    preprocessor = Preprocessor(preprocessing)
    images = result.images
    failures = result.failures.sorted { $0.sample < $1.sample }
  }

  private init(_ cache: ImageCache, images: [PixelImage?]) {
    preprocessing = cache.preprocessing
    preprocessor = cache.preprocessor
    self.images = images
    failures = []
  }

  /// The cache without the images that could not be read; as `Dataset.removing(_:)` numbers samples.
  public func removingFailures() -> ImageCache {
    ImageCache(self, images: images.filter { $0 != nil })
  }

  /// Bytes of all pixels.
  public var byteCount: Int { images.reduce(0) { $0 + ($1?.pixels.count ?? 0) } }

  /// Channels that a sample's image is kept in.
  func channels(of sample: Int) -> Int { image(sample).channels }

  /// The bytes of a sample's image: rows of pixels of channels.
  func withPixels(of sample: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    image(sample).pixels.withUnsafeBufferPointer(body)
  }

  private func image(_ sample: Int) -> PixelImage {
    guard let image = images[sample] else {
      preconditionFailure("an image that could not be read is not learned from")
    }
    return image
  }

  /// Writes the input tensor of a sample's image.
  public func write(_ sample: Int, to tensor: UnsafeMutablePointer<Float>) {
    withPixels(of: sample) { pixels in
      preprocessor.write(
        pixels, channels: channels(of: sample),
        into: UnsafeMutableBufferPointer(start: tensor, count: preprocessing.shape.count))
    }
  }

  /// Turns an image of values of 0...255 at the beginning of `tensor` into the network's input, in
  /// place; one channel stands for all.
  func finish(_ tensor: UnsafeMutablePointer<Float>, channels: Int) {
    let wanted = preprocessing.colorMode.channels
    if channels < wanted {
      // SAFETY: backwards, no value is written over before it is read.
      for pixel in stride(from: extent.height * extent.width - 1, through: 0, by: -1) {
        let value = tensor[pixel]
        for channel in 0..<wanted { tensor[pixel * wanted + channel] = value }
      }
    }
    preprocessor.normalize(tensor)
  }
}

extension PixelImage {
  /// As one channel, where all channels of each pixel are equal.
  fileprivate func withoutEqualChannels() -> PixelImage {
    guard channels == 3 else { return self }
    let count = width * height
    for pixel in 0..<count {
      let value = pixels[3 * pixel]
      guard value == pixels[3 * pixel + 1], value == pixels[3 * pixel + 2] else { return self }
    }
    return PixelImage(
      width: width, height: height, channels: 1, pixels: (0..<count).map { pixels[3 * $0] })
  }
}
