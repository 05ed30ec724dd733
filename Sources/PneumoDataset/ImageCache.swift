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
  /// The values of the bytes 0...255 for each channel.
  private let tables: [Float]

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
    tables = (0..<channels).flatMap { channel in
      (0...255).map { byte in
        (Float(byte) * preprocessing.scale[channel] - preprocessing.mean[channel])
          / preprocessing.standardDeviation[channel]
      }
    }
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

  /// Writes the input tensor of a sample's image, as ``Preprocessor`` would.
  public func write(_ sample: Int, to tensor: UnsafeMutablePointer<Float>) {
    let pixels = pixels(of: sample)
    let channels = channels
    tables.withUnsafeBufferPointer { tables in
      // SAFETY: a byte indexes one of 256 entries of its channel.
      for start in stride(from: 0, to: imageCount, by: channels) {
        for channel in 0..<channels {
          tensor[start + channel] = tables[channel << 8 + Int(pixels[start + channel])]
        }
      }
    }
  }

  /// Turns values of 0...255 in `tensor` into the network's input, in place.
  func normalize(_ tensor: UnsafeMutablePointer<Float>) {
    let (scale, mean, deviation) = (
      preprocessing.scale, preprocessing.mean, preprocessing.standardDeviation
    )
    let isPlain = mean.allSatisfy { $0 == 0 } && deviation.allSatisfy { $0 == 1 }
    if isPlain && scale.allSatisfy({ $0 == scale[0] }) {
      let factor = scale[0]
      for i in 0..<imageCount { tensor[i] *= factor }
      return
    }
    for start in stride(from: 0, to: imageCount, by: channels) {
      for c in 0..<channels {
        tensor[start + c] = (tensor[start + c] * scale[c] - mean[c]) / deviation[c]
      }
    }
  }
}
