import PneumoConcurrency
import PneumoImaging
import PneumoModel
import PneumoSupport
import Synchronization

/// All images of a data set at the size of the network's input, as bytes in memory.
///
/// An image whose channels are equal, as those of radiographs are, is kept as one channel; that
/// changes no bit of a tensor, and takes a third of the memory and of the time to augment it.
package struct ImageCache: Sendable {
  /// The samples that have an image: all, or all but those that were skipped.
  package let dataset: Dataset
  /// The image of each sample of `dataset`, as of ``Preprocessor/resized(_:)``.
  package let images: [PixelImage]
  /// What turns images into tensors.
  package let preprocessor: Preprocessor
  /// The hash of each sample's file.
  package let hashes: [ContentHash]
  /// The images that were skipped, by the order of the samples.
  package let skipped: [UnreadableImage]

  /// Decodes all images once, on `threads` threads.
  ///
  /// - Parameters:
  ///   - skipsBad: whether samples that cannot be decoded are left out; else they are an error,
  ///     which comes when all images have been tried and lists them all.
  ///   - progress: called with the number of images done, after each, by one thread at a time.
  ///   - isCancelled: asked before each image, by any thread; if true, `canceled` is thrown soon.
  ///
  /// Throws `unreadableImages`, `canceled`, and `emptyClass` or `noImages` where nothing is left of
  /// a class, or at all.
  ///
  /// - Precondition: as of ``Preprocessor/init(_:)``.
  package init(
    _ dataset: Dataset, _ preprocessing: Preprocessing, threads: Int, skipsBad: Bool = false,
    progress: @Sendable (Int) -> Void = { _ in }, isCancelled: @Sendable () -> Bool = { false }
  ) throws(DatasetError) {
    let results = decodeAll(
      dataset.samples.map(\.path), preprocessing, threads: threads, progress: progress,
      isCancelled: isCancelled)
    guard let results else {
      throw DatasetError(.canceled, "stopped before all images were decoded", file: dataset.source)
    }
    let failures = results.failures.sorted { $0.key < $1.key }
    skipped = failures.map(\.value)
    guard skipsBad || skipped.isEmpty else {
      throw DatasetError(
        .unreadableImages,
        "\(skipped.count) of \(dataset.samples.count) images cannot be read; mend or remove them, or"
          + " leave them out",
        file: dataset.source, unreadable: skipped)
    }
    preprocessor = Preprocessor(preprocessing)
    do throws(DatasetError) {
      self.dataset = try dataset.removing(Set(failures.map(\.key)))
    } catch {
      throw DatasetError(error.kind, error.reason, file: error.file, unreadable: skipped)
    }
    let decoded = results.images.compactMap(\.self)
    images = decoded.map(\.image)
    hashes = decoded.map(\.hash)
  }

  /// Which images a split trains on and validates with.
  package func trainingImages(of split: Split) -> TrainingImages {
    TrainingImages(
      training: split.training.map { hashes[$0].low },
      validation: split.validation.map { hashes[$0].low })
  }

  /// A text that is the same for a split of the same images: how many there are on each side, and a
  /// hash of their names, classes and bytes in their order. The folders above them may have moved.
  package func identity(of split: Split) -> String {
    let sides = [split.training, split.validation].map { side in
      side.map { index in
        let sample = dataset.samples[index]
        let name = sample.path.split(separator: "/").last ?? ""
        return "\(sample.label)\t\(hashes[index])\t\(name)\n"
      }.joined()
    }
    return "\(split.training.count) for training, \(split.validation.count) for validation, "
      + "\(ContentHash.name) \(ContentHash(sides.joined(separator: "\n")))"
  }

  /// Bytes of all pixels.
  package var byteCount: Int { images.reduce(0) { $0 + $1.pixels.count } }
}

private struct Decoded: Sendable {
  var images: [(image: PixelImage, hash: ContentHash)?]
  var failures: [Int: UnreadableImage] = [:]
  var done = 0
}

/// `nil` if it was canceled.
private func decodeAll(
  _ paths: [String], _ preprocessing: Preprocessing, threads: Int,
  progress: @Sendable (Int) -> Void, isCancelled: @Sendable () -> Bool
) -> Decoded? {
  let decoded = Mutex(Decoded(images: Array(repeating: nil, count: paths.count)))
  let next = Atomic(0)
  let stops = Atomic(false)
  let workers = max(1, min(threads, paths.count))
  parallelFor(workers, threads: workers) { _ in
    let loader = ImageLoader(preprocessing)
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < paths.count, !stops.load(ordering: .relaxed) else { return }
      if isCancelled() {
        stops.store(true, ordering: .relaxed)
        return
      }
      let result = Result { () throws(ImageError) in
        let image = try loader.loadPixels(paths[index])
        return (image.withoutEqualChannels(), ContentHash(loader.file))
      }
      decoded.withLock { decoded in
        switch result {
        case .success(let result): decoded.images[index] = result
        case .failure(let error):
          decoded.failures[index] = UnreadableImage(path: paths[index], reason: error.reason)
        }
        decoded.done += 1
        progress(decoded.done)
      }
    }
  }
  return stops.load(ordering: .relaxed) ? nil : decoded.withLock { $0 }
}

extension PixelImage {
  /// As one channel, where all channels of each pixel are equal.
  package func withoutEqualChannels() -> PixelImage {
    guard channels == 3 else { return self }
    let first = [UInt8](unsafeUninitializedCapacity: width * height) { target, count in
      pixels.withUnsafeBufferPointer { source in
        // SAFETY: three bytes of `source` for each of the `width * height` of `target`.
        for index in 0..<width * height {
          let value = source[3 * index]
          guard value == source[3 * index + 1], value == source[3 * index + 2] else { return }
          target[index] = value
          count += 1
        }
      }
    }
    guard first.count == width * height else { return self }
    return PixelImage(width: width, height: height, channels: 1, pixels: first)
  }
}
