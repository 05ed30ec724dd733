import PneumoTestSupport
import Testing

@testable import PneumoInspection

@Suite struct HashIndexTests {
  /// Hashes in clusters, so that there are pairs of every small distance, and equal ones.
  private static let hashes: [PerceptualHash] = {
    var generator = SeededGenerator(seed: 4)
    return (0..<40).flatMap { _ in
      let center = UInt64.random(in: 0 ... .max, using: &generator)
      return (0..<20).map { index in
        (0..<index).reduce(center) { hash, _ in
          hash ^ 1 << UInt64.random(in: 0..<64, using: &generator)
        }
      }
    }.map(PerceptualHash.init(bits:))
  }()

  /// All pairs, each once, in order, as comparing each with each finds them.
  @Test(arguments: [0, 1, 3, 4, 7, 8, 11, 16], [1, 3])
  func findsWhatComparingAllFinds(limit: Int, threads: Int) {
    let hashes = Self.hashes
    var expected: [HashIndex.Pair] = []
    for first in hashes.indices {
      for second in hashes.indices.dropFirst(first + 1)
      where hashes[first].distance(to: hashes[second]) <= limit {
        expected.append(HashIndex.Pair(first: first, second: second))
      }
    }
    #expect(limit == 0 || expected.count > 20)
    let found = HashIndex(hashes).pairs(within: limit, threads: threads) { _ in true }
    #expect(found == expected)
  }

  @Test func onlyWantedPairsAreFound() {
    let same = [PerceptualHash](repeating: PerceptualHash(bits: 5), count: 4)
    let found = HashIndex(same).pairs(within: 8, threads: 1) { $0.first == 1 }
    #expect(found == [2, 3].map { HashIndex.Pair(first: 1, second: $0) })
  }

  @Test func nothingHasNoPairs() {
    #expect(HashIndex([]).pairs(within: 8, threads: 2) { _ in true }.isEmpty)
  }
}
