import PneumoImaging
import PneumoSupport
import PneumoSystem

/// Which samples belong together, so that no split parts them: the images of one patient, and
/// images that are the same byte by byte, with all that hangs on either.
package struct SampleGroups: Sendable {
  /// The samples that are grouped.
  package let dataset: Dataset
  /// Groups of two or more samples with the same bytes, each and all in the order of the samples.
  package let identicalImages: [[Int]]
  /// The samples of each group: a partition, each group and all of them in the order of the samples.
  package let groups: [[Int]]

  /// Groups the samples of decoded images, and reads those files again that seem to be the same.
  ///
  /// Throws `conflictingLabels` where the same image stands in two classes.
  package init(_ cache: ImageCache) throws(DatasetError) {
    try self.init(cache.dataset, hashes: cache.hashes)
  }

  /// - Parameter hashes: of each sample's file.
  init(_ dataset: Dataset, hashes: [ContentHash]) throws(DatasetError) {
    self.dataset = dataset
    let samples = dataset.samples
    identicalImages = identicalFiles(samples.map(\.path), hashes: hashes)
    for group in identicalImages {
      let first = samples[group[0]]
      guard let other = group.map({ samples[$0] }).first(where: { $0.label != first.label }) else {
        continue
      }
      throw DatasetError(
        .conflictingLabels,
        "the same image, byte by byte, as \(other.path), but one is"
          + " '\(dataset.classes[first.label])' and the other '\(dataset.classes[other.label])';"
          + " remove one or both",
        file: first.path)
    }
    var sets = DisjointSets(count: samples.count)
    var firstOfPatient: [String: Int] = [:]
    for (index, sample) in samples.enumerated() {
      sets.join(index, firstOfPatient[sample.patient, default: index])
      firstOfPatient[sample.patient] = index
    }
    for group in identicalImages {
      for index in group { sets.join(index, group[0]) }
    }
    groups = sets.sets()
  }

  /// For each sample the index of its group.
  package var numbers: [Int] {
    var numbers = [Int](repeating: 0, count: dataset.samples.count)
    for (number, group) in groups.enumerated() {
      for index in group { numbers[index] = number }
    }
    return numbers
  }

  /// Throws `leak` where a patient, or the same image, stands on both sides of `split`.
  ///
  /// ``folds(_:seed:)`` never leak; ``Dataset/kerasSplit(_:)`` may.
  package func checkForLeaks(_ split: Split) throws(DatasetError) {
    let samples = dataset.samples
    let training = Set(split.training)
    if let index = split.validation.first(where: training.contains) {
      throw DatasetError(
        .leak, "stands on both sides of the split", file: samples[index].path)
    }
    var trained: [String: Int] = [:]
    for index in split.training { trained[samples[index].patient] = index }
    for index in split.validation {
      guard let other = trained[samples[index].patient] else { continue }
      throw DatasetError(
        .leak,
        "patient '\(samples[index].patient)' is validated with this image and trained on with"
          + " \(samples[other].path); split by patient",
        file: samples[index].path)
    }
    let validation = Set(split.validation)
    for group in identicalImages {
      guard let index = group.first(where: validation.contains),
        let other = group.first(where: training.contains)
      else { continue }
      throw DatasetError(
        .leak,
        "is validated with, and the same image, byte by byte, is trained on as"
          + " \(samples[other].path); split by group",
        file: samples[index].path)
    }
  }
}

/// The groups of two or more files with the same bytes, as indices of `paths`: each and all in this
/// order.
///
/// - Parameter hashes: of each file. Files with equal hashes are read again and compared.
package func identicalFiles(_ paths: [String], hashes: [ContentHash]) -> [[Int]] {
  var groups: [[Int]] = []
  for candidates in Dictionary(grouping: paths.indices, by: { hashes[$0] }).values
  where candidates.count > 1 {
    // Equal hashes are a reason to look, not a proof.
    let byBytes = Dictionary(grouping: candidates) { index in
      try? readFile(paths[index], limit: DecodeLimits.default.fileSize)
    }
    groups += byBytes.compactMap { bytes, group in bytes != nil && group.count > 1 ? group : nil }
  }
  return groups.sorted { $0[0] < $1[0] }
}
