import PneumoCompute
import PneumoImaging
import PneumoModel
import Synchronization

/// All images of a data set at the size of the network's input, decoded once: a byte for each channel
/// of each pixel.
public final class ImageCache: @unchecked Sendable {
  // SAFETY: filled in `init`, in parts that no two threads share; never written afterwards.
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  /// How bytes become the input of the network.
  public let preprocessing: Preprocessing
  /// Samples whose images could not be read, with the reason.
  public let failures: [(sample: Int, reason: String)]
  private let preprocessor: Preprocessor

  /// Bytes of an image.
  public var imageCount: Int { preprocessing.shape.count }
  /// Rows, columns and channels of an image.
  public var extent: Extent { preprocessing.size }
  /// Channels of a pixel.
  public var channels: Int { preprocessing.colorMode.channels }

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
    self.preprocessing = preprocessing
    let count = preprocessing.shape.count
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(samples.count * count, 1))
    self.bytes = bytes
    let channels = preprocessing.colorMode.channels
    preprocessor = Preprocessor(preprocessing)
    let shared = Mutex<(done: Int, failures: [(sample: Int, reason: String)])>((0, []))
    let stretch = 16
    let parts = (samples.count + stretch - 1) / stretch
    nonisolated(unsafe) let room = bytes
    parallelFor(parts, threads: threads) { part in
      let loader = ImageLoader(preprocessing)
      for index in part * stretch..<min((part + 1) * stretch, samples.count) {
        if isCancelled() { return }
        var failure: String?
        do throws(ImageError) {
          let image = try loader.loadPixels(samples[index].path)
          Self.copy(image, channels, to: room.baseAddress! + index * count)
        } catch {
          failure = error.description
          (room.baseAddress! + index * count).update(repeating: 0, count: count)
        }
        shared.withLock { state in
          state.done += 1
          if let failure { state.failures.append((index, failure)) }
          progress(state.done)
        }
      }
    }
    failures = shared.withLock { $0.failures }.sorted { $0.sample < $1.sample }
  }

  deinit { bytes.deallocate() }

  /// Copies pixels; those of a gray image stand for all channels.
  private static func copy(
    _ image: PixelImage, _ channels: Int, to target: UnsafeMutablePointer<UInt8>
  ) {
    image.pixels.withUnsafeBufferPointer { pixels in
      // SAFETY: the loader gives images of the size of the record, with one channel or `channels`.
      if image.channels == channels {
        target.update(from: pixels.baseAddress!, count: pixels.count)
      } else {
        for pixel in 0..<pixels.count {
          for channel in 0..<channels { target[pixel * channels + channel] = pixels[pixel] }
        }
      }
    }
  }

  /// The bytes of a sample's image: rows of pixels of channels.
  public func pixels(of sample: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[sample * imageCount..<(sample + 1) * imageCount])
  }

  /// Writes the input tensor of a sample's image.
  public func write(_ sample: Int, to tensor: UnsafeMutablePointer<Float>) {
    preprocessor.write(
      pixels(of: sample), channels: channels,
      into: UnsafeMutableBufferPointer(start: tensor, count: imageCount))
  }

  /// Turns values of 0...255 in `tensor` into the network's input, in place.
  func normalize(_ tensor: UnsafeMutablePointer<Float>) { preprocessor.normalize(tensor) }
}
