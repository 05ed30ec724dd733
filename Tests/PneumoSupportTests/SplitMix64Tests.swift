import PneumoSupport
import Testing

@Suite struct SplitMix64Tests {
  /// The sequence that Sebastiano Vigna's `splitmix64.c` gives for the state 1234567.
  private let reference: [UInt64] = [
    6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
    4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
  ]

  @Test func givesTheAuthorsNumbers() {
    var random = SplitMix64(state: 1_234_567)
    #expect(reference.map { _ in random.next() } == reference)
  }

  @Test func numbersAreFoundByTheirIndex() {
    let numbers = (0..<5).map { SplitMix64.number(at: $0, state: 1_234_567) }
    #expect(numbers == reference)
  }

  @Test func numbersBelowALimit() {
    var random = SplitMix64(state: 3)
    let numbers = (0..<1000).map { _ in random.below(7) }
    #expect(Set(numbers) == Set(0..<7))
    for value in 0..<7 { #expect((90...200).contains(numbers.count { $0 == value })) }
  }

  @Test func keysGiveTheirOwnSequences() {
    let keys: [[UInt64]] = [[1, 2], [2, 1], [1, 2, 0], [0, 1, 2], [1], []]
    let first = keys.map { key in
      var random = SplitMix64(key: key)
      return random.next()
    }
    #expect(Set(first).count == first.count)
  }
}
