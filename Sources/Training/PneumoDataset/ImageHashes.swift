import PneumoConcurrency
import PneumoImaging
import PneumoModel
import PneumoSupport
import PneumoSystem
import Synchronization

/// The hashes of image files, to be compared with those that a model was made with.
package struct ImageHashes: Sendable {
  /// Of each file; `nil` where it cannot be read.
  package let hashes: [ContentHash?]

  /// Reads the files on `threads` threads.
  package init(of paths: [String], threads: Int) {
    let results = Mutex([ContentHash?](repeating: nil, count: paths.count))
    let workers = max(1, min(threads, paths.count))
    let next = Atomic(0)
    parallelFor(workers, threads: workers) { _ in
      var bytes: [UInt8] = []
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < paths.count else { return }
        let limit = DecodeLimits.default.fileSize
        guard (try? readFile(paths[index], limit: limit, into: &bytes)) != nil else { continue }
        let hash = ContentHash(bytes)
        results.withLock { $0[index] = hash }
      }
    }
    hashes = results.withLock { $0 }
  }

  /// How many of these images a model was made with.
  package func overlap(with images: TrainingImages) -> TrainingOverlap {
    let (training, validation) = (Set(images.training), Set(images.validation))
    return TrainingOverlap(
      count: hashes.count,
      training: hashes.count { $0.map { training.contains($0.low) } ?? false },
      validation: hashes.count { $0.map { validation.contains($0.low) } ?? false })
  }
}

/// How many images of a measurement a model was made with.
package struct TrainingOverlap: Hashable, Sendable {
  /// All images.
  package let count: Int
  /// Those that the weights were fitted to.
  package let training: Int
  /// Those that chose epoch, calibration or threshold.
  package let validation: Int

  /// A sentence without its period about the model `name`; `nil` where all images are new to it.
  package func note(on name: String) -> String? {
    var parts: [String] = []
    if training > 0 { parts.append("was trained on \(training) of these \(count) images") }
    if validation > 0 {
      parts.append(
        "had its epoch, calibration or threshold chosen on \(validation) of these \(count) images")
    }
    guard !parts.isEmpty else { return nil }
    return
      "\(name) \(parts.joined(separator: " and ")): the metrics are better than on new images; "
      + "measure on images that it has never seen"
  }
}
