import PneumoConcurrency
import Synchronization

/// Finds all pairs of hashes that differ in few bits.
///
/// Multi-index hashing (Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index
/// hashing", CVPR 2012): where two hashes differ in at most r bits, one of their four 16-bit words
/// differs in at most r / 4, rounded down. So for each hash and each word only those are compared
/// whose word is one of the few so near: for r = 8, 137 of 65,536 values.
struct HashIndex {
  private static let words = 4
  private static let values = 1 << 16

  /// The hashes, their bits in another order: each word holds low and high frequencies. Images of
  /// one kind are alike in the low ones, and would crowd together in one word.
  private let hashes: [UInt64]
  /// For each word: where the hashes of each value begin in `members`, and where the last end.
  private var starts: [[Int32]] = []
  private var members: [[Int32]] = []

  /// A pair of hashes by their places, the first before the second.
  struct Pair: Hashable, Sendable {
    let first: Int
    let second: Int
  }

  init(_ hashes: [PerceptualHash]) {
    precondition(hashes.count <= Int(Int32.max))
    self.hashes = hashes.map { Self.mixing($0.bits) }
    for word in 0..<Self.words {
      var starts = [Int32](repeating: 0, count: Self.values + 1)
      for hash in self.hashes { starts[Self.value(hash, word) + 1] += 1 }
      for value in 0..<Self.values { starts[value + 1] += starts[value] }
      var next = starts
      var members = [Int32](repeating: 0, count: hashes.count)
      for (index, hash) in self.hashes.enumerated() {
        let value = Self.value(hash, word)
        members[Int(next[value])] = Int32(index)
        next[value] += 1
      }
      self.starts.append(starts)
      self.members.append(members)
    }
  }

  /// The pairs that differ in at most `limit` bits and that `isWanted`, in ascending order.
  func pairs(
    within limit: Int, threads: Int, where isWanted: @Sendable (Pair) -> Bool
  ) -> [Pair] {
    let near = limit / Self.words
    let masks = (0..<Self.values).filter { $0.nonzeroBitCount <= near }
    let step = 256
    let found = Mutex<[Pair]>([])
    parallelFor((hashes.count + step - 1) / step, threads: threads) { block in
      var pairs: [Pair] = []
      for index in block * step..<min((block + 1) * step, hashes.count) {
        for word in 0..<Self.words {
          visit(index, word, masks) { other in
            let pair = Pair(first: index, second: other)
            let difference = hashes[index] ^ hashes[other]
            guard difference.nonzeroBitCount <= limit,
              isFirst(word, of: difference, near: near), isWanted(pair)
            else { return }
            pairs.append(pair)
          }
        }
      }
      if !pairs.isEmpty { found.withLock { $0 += pairs } }
    }
    return found.withLock { $0 }.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }

  /// Calls `body` with the hashes behind `index` whose word is that of `index` but for a mask.
  private func visit(_ index: Int, _ word: Int, _ masks: [Int], _ body: (Int) -> Void) {
    let value = Self.value(hashes[index], word)
    starts[word].withUnsafeBufferPointer { starts in
      members[word].withUnsafeBufferPointer { members in
        // SAFETY: values and masks have 16 bits, and there is one start more than values; starts
        // are places in `members`, or its end.
        for mask in masks {
          for place in starts[value ^ mask]..<starts[(value ^ mask) + 1] {
            let other = Int(members[Int(place)])
            if other > index { body(other) }
          }
        }
      }
    }
  }

  /// Whether no word before this one is near too, so that a pair is found once.
  private func isFirst(_ word: Int, of difference: UInt64, near: Int) -> Bool {
    (0..<word).allSatisfy { Self.value(difference, $0).nonzeroBitCount > near }
  }

  private static func value(_ hash: UInt64, _ word: Int) -> Int {
    Int(truncatingIfNeeded: hash >> (16 * UInt64(word)) & 0xFFFF)
  }

  /// Moves bit 4 i + w to bit i of word w.
  private static func mixing(_ hash: UInt64) -> UInt64 {
    var mixed: UInt64 = 0
    for bit in UInt64(0)..<64 {
      mixed |= (hash >> bit & 1) << (bit % 4 * 16 + bit / 4)
    }
    return mixed
  }
}
