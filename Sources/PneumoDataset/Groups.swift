import PneumoFiles

/// Which samples belong together: those of one patient, and byte-identical images. Splits keep a group
/// whole.
public struct Groups: Hashable, Sendable {
  /// For each sample the number of its group, from 0 in the order of the samples.
  public let group: [Int]
  /// Samples with the same bytes, in the order of the samples.
  public let identicalImages: [[Int]]

  /// How many groups there are.
  public var count: Int { (group.max() ?? -1) + 1 }

  /// Groups `dataset`; images that cannot be read are left to who decodes them.
  public init(of dataset: Dataset) throws(DatasetError) {
    var sets = DisjointSets(dataset.samples.count)
    var patients: [String: Int] = [:]
    for (index, sample) in dataset.samples.enumerated() {
      // The same name in two classes may be two patients; together they are safe.
      if let first = patients[sample.patient] {
        sets.join(first, index)
      } else {
        patients[sample.patient] = index
      }
    }
    identicalImages = Self.identicalImages(dataset)
    for images in identicalImages {
      for other in images.dropFirst() {
        let (a, b) = (dataset.samples[images[0]], dataset.samples[other])
        guard a.label == b.label else {
          throw DatasetError(
            .conflictingLabels,
            "\(a.path) and \(b.path) are the same image, but one is \(dataset.classes[a.label]), the "
              + "other \(dataset.classes[b.label]); remove one of them")
        }
        sets.join(images[0], other)
      }
    }
    var numbers: [Int: Int] = [:]
    group = dataset.samples.indices.map { index in
      let root = sets.root(index)
      if let number = numbers[root] { return number }
      numbers[root] = numbers.count
      return numbers.count - 1
    }
  }

  private static func identicalImages(_ dataset: Dataset) -> [[Int]] {
    var bySize: [UInt64: [Int]] = [:]
    var order: [UInt64] = []
    for (index, sample) in dataset.samples.enumerated() {
      guard let bytes = try? readFile(sample.path, limit: 1 << 28) else { continue }
      let key = fingerprint(bytes)
      if bySize[key] == nil { order.append(key) }
      bySize[key, default: []].append(index)
    }
    // Equal fingerprints are a reason to look, not a proof.
    return order.flatMap { key -> [[Int]] in
      let candidates = bySize[key, default: []]
      guard candidates.count > 1 else { return [] }
      var classes: [[UInt8]: [Int]] = [:]
      for index in candidates {
        guard let bytes = try? readFile(dataset.samples[index].path, limit: 1 << 28) else {
          continue
        }
        classes[bytes, default: []].append(index)
      }
      return classes.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }
  }

  /// FNV-1a with 64 bits, eight bytes at a time.
  private static func fingerprint(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(bytes.count)
    bytes.withUnsafeBytes { raw in
      var offset = 0
      while offset + 8 <= raw.count {
        hash =
          (hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x100_0000_01B3
        hash ^= hash >> 29
        offset += 8
      }
      while offset < raw.count {
        hash = (hash ^ UInt64(raw[offset])) &* 0x100_0000_01B3
        offset += 1
      }
    }
    return hash
  }
}

/// Sets that are joined step by step (Tarjan 1975).
private struct DisjointSets {
  private var parent: [Int]

  init(_ count: Int) { parent = Array(0..<count) }

  mutating func root(_ element: Int) -> Int {
    var element = element
    while parent[element] != element {
      parent[element] = parent[parent[element]]
      element = parent[element]
    }
    return element
  }

  mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(a), root(b))
    parent[max(a, b)] = min(a, b)
  }
}
