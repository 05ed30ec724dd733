import PneumoSupport
import Testing

@testable import PneumoDataset

@Suite("NumPy's RandomState")
struct MersenneTwisterTests {

  @Test func givesTheSameNumbers() throws {
    let lines = try Fixtures.table("random.txt")
    #expect(lines.count == 8 * 11)
    for line in lines {
      let seed = line[0] == ["-"] ? (0..<700).map(UInt32.init) : line[0].compactMap { UInt32($0) }
      var random = seed.count == 1 ? MersenneTwister(seed: seed[0]) : MersenneTwister(seed: seed)
      #expect(try numbers(line[1], from: &random) == line[2], "\(line)")
    }
  }

  private func numbers(_ call: [String], from random: inout MersenneTwister) throws -> [String] {
    switch (call[0], call.count) {
    case ("words", _): return (0..<4).map { _ in "\(random.nextWord())" }
    case ("unit", 2): return (0..<4).map { _ in random.unit().hex }
    case ("unit", _):
      for _ in 0..<1000 { _ = random.unit() }
      return (0..<4).map { _ in random.unit().hex }
    case ("uniform", _):
      let bounds = (try #require(Double(call[1])), try #require(Double(call[2])))
      return (0..<4).map { _ in random.uniform(bounds.0, bounds.1).hex }
    case ("permutation", 2): return random.permutation(try #require(Int(call[1]))).map(String.init)
    case ("permutation", _): return [checksum(random.permutation(5216).map(Int64.init))]
    default:
      Issue.record("unknown call \(call)")
      return []
    }
  }

  @Test func shufflesNothing() {
    var random = MersenneTwister(seed: 1)
    #expect(random.permutation(0).isEmpty)
    #expect(random.interval(0) == 0)
    // Nothing was drawn so far.
    #expect(random.nextWord() == 1_791_095_845)
  }

  @Test func drawsLargeIntervals() {
    var random = MersenneTwister(seed: 3)
    let limit = Int(UInt32.max) + 12
    let drawn = (0..<200).map { _ in random.interval(limit) }
    #expect(drawn.allSatisfy { (0...limit).contains($0) })
    #expect(Set(drawn).count == 200)
  }

  @Test func streamsDiffer() {
    let first = RandomStream.allCases.map { stream in
      var random = MersenneTwister(seed: 7, stream: stream, 1, 2)
      return random.nextWord()
    }
    #expect(Set(first).count == RandomStream.allCases.count)
    var direct = MersenneTwister(seed: [7, 1, 1, 2])
    #expect(direct.nextWord() == first[0])
  }
}
