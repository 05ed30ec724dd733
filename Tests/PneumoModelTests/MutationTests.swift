import PneumoModel
import PneumoTestSupport
import Testing

/// Checks that however a file is corrupted, reading it gives a valid model or an error.
@Suite struct MutationTests {

  /// A file of about half a kilobyte.
  private static let smallest: [UInt8] = {
    var builder = GraphBuilder(input: .image(height: 2, width: 2, channels: 1), seed: 3)
    builder.append("f", .flatten(.heightWidthChannels))
    builder.append("d", builder.dense(4, 1, bias: false, activation: .sigmoid))
    return try! Model(
      graph: builder.graph(),
      preprocessing: Preprocessing(
        colorMode: .gray, size: Extent(2), filter: .box, scale: [1], mean: [0],
        standardDeviation: [1]),
      labels: ["n", "p"]
    ).encoded()
  }()

  @Test func everyTruncationIsRejected() {
    for count in 0..<Self.smallest.count {
      let error = #expect(throws: ModelError.self) {
        try Model(bytes: Array(Self.smallest[..<count]))
      }
      #expect(error?.kind == (count == 0 ? .empty : .truncated))
    }
  }

  @Test func everyFlippedBitIsRejected() {
    var bytes = Self.smallest
    for bit in 0..<8 * bytes.count {
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: ModelError.self, "bit \(bit)") { try Model(bytes: bytes) }
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
  }

  @Test func everyFlippedBitWithRepairedChecksumsGivesAModelOrAnError() throws {
    var read = 0
    for bit in 0..<8 * Self.smallest.count {
      var bytes = Self.smallest
      bytes[bit / 8] ^= 1 << (bit % 8)
      ModelFileParts.repairChecksums(of: &bytes)
      if try isModel(bytes) { read += 1 }
    }
    // Changed weights, scales, names and the like give valid models.
    #expect(read > 100)
  }

  @Test func aThousandMutationsGiveModelsOrErrors() throws {
    let original = SampleModel.everyOperation.encoded()
    var generator = SeededGenerator(seed: 4)
    var (models, errors) = (0, Set<ModelError.Kind>())
    for round in 0..<1000 {
      var parts = try #require(ModelFileParts(of: original))
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        // Mostly mutate the graph, where nearly every byte matters.
        let section = round % 4 == 0 ? Int.random(in: 0..<3, using: &generator) : 0
        Self.mutate(&parts.sections[section].bytes, using: &generator)
      }
      do throws(ModelError) {
        let model = try Model(bytes: parts.assembled())
        #expect(try Model(bytes: model.encoded()) == model)
        models += 1
      } catch {
        errors.insert(error.kind)
      }
    }
    #expect(models > 10)
    #expect(errors.count > 10, "\(errors)")
  }

  /// Whether `bytes` are a valid model; if so, checks that it survives a round trip.
  private func isModel(_ bytes: [UInt8]) throws -> Bool {
    guard let model = try? Model(bytes: bytes) else { return false }
    #expect(try Model(bytes: model.encoded()) == model)
    return true
  }

  private static func mutate(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
    let index = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
    case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
    default: bytes.remove(at: index)
    }
  }
}
