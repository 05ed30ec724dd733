import Foundation
import Pneumo
import PneumoImaging
import PneumoTestSupport
import Testing

@testable import PneumoHeatMap

/// What PyTorch answered: see Tools/make-heatmap-goldens.py.
private struct HeatMapGolden: Decodable {
  let model, image: String
  let label: Int
  let logits: [Float]
  let cam: [[Float]]
  /// Every sixth row and column.
  let occlusion: [[Float]]?

  static let all: [HeatMapGolden] = {
    let url = Bundle.module.url(forResource: "Fixtures/heatmaps", withExtension: "json")!
    return try! JSONDecoder().decode([HeatMapGolden].self, from: Data(contentsOf: url))
  }()

  func tensor(_ model: Model) throws -> [Float] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/\(image)", withExtension: nil))
    return try ImageLoader(model.preprocessing).load(url.path)
  }

  func loadModel() throws -> Model {
    try Model(contentsOf: "\(SharedFolder.packageRoot)/Models/\(model).pnm")
  }
}

/// Pearson's correlation.
private func correlation(_ a: [Float], _ b: [Float]) -> Double {
  let (meanA, meanB) = (a.reduce(0, +) / Float(a.count), b.reduce(0, +) / Float(b.count))
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    ab += Double((x - meanA) * (y - meanB))
    aa += Double((x - meanA) * (x - meanA))
    bb += Double((y - meanB) * (y - meanB))
  }
  return ab / (aa * bb).squareRoot()
}

private func expectEqual(_ found: [Float], _ expected: [Float], _ comment: Comment) {
  #expect(found.count == expected.count)
  let scale = expected.max() ?? 0
  guard scale > 0 else {
    #expect(found.allSatisfy { $0 == 0 }, comment)
    return
  }
  for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-3 * scale, comment) }
  #expect(correlation(found, expected) >= 0.999, comment)
}

@Suite struct HeatMapTests {
  /// Both shipped networks: one ends in global pooling, one in flatten and dense layers.
  @Test func gradCAMIsThatOfPyTorch() throws {
    #expect(Set(HeatMapGolden.all.map(\.model)) == ["pneumo", "study150"])
    var maximum: Float = 0
    for name in ["pneumo", "study150"] {
      let goldens = HeatMapGolden.all.filter { $0.model == name }
      let model = try goldens[0].loadModel()
      let cam = try GradCAM(model)
      for golden in goldens {
        let map = try cam.map(of: golden.tensor(model), label: golden.label)
        #expect(map.height == golden.cam.count && map.width == golden.cam[0].count)
        expectEqual(
          map.values, golden.cam.flatMap(\.self), "\(name), \(golden.image), \(golden.label)")
        maximum = max(maximum, map.maximum)
      }
    }
    #expect(maximum > 0)
  }

  @Test func occlusionIsThatOfPyTorch() throws {
    let golden = try #require(HeatMapGolden.all.first { $0.occlusion != nil })
    let expected = try #require(golden.occlusion)
    let model = try golden.loadModel()
    let occlusion = try OcclusionMap(model, threads: 2)
    #expect(occlusion.patch == Extent(21) && occlusion.stride == Extent(10))
    let map = try occlusion.map(of: golden.tensor(model), label: golden.label)
    let found = stride(from: 0, to: map.height, by: 6).flatMap { row in
      stride(from: 0, to: map.width, by: 6).map { map.values[row * map.width + $0] }
    }
    expectEqual(found, expected.flatMap(\.self), "occlusion")
  }

  /// A fall for one class is a rise for the other.
  @Test func occlusionOfTheOtherClass() throws {
    var random = SeededGenerator(seed: 3)
    let tensor = random.floats(256)
    let occlusion = try OcclusionMap(
      SampleModel.tinyClassifier, patch: Extent(5), stride: Extent(5), threads: 1)
    let first = try occlusion.map(of: tensor, label: 0).values
    let second = try occlusion.map(of: tensor, label: 1).values
    #expect(first.max() ?? 0 > 0 || second.max() ?? 0 > 0)
    #expect(zip(first, second).allSatisfy { $0 == 0 || $1 == 0 })
  }

  /// A file of two networks whose logits are averaged, one of which sees nothing: the map is that of
  /// the other, whichever comes last.
  @Test(arguments: [0, 1])
  func ensemblesShowTheEvidenceOfAllMembers(blind: Int) throws {
    func member(_ builder: inout GraphBuilder, _ number: Int) -> Int {
      builder.append(
        "conv\(number)", builder.convolution(3, 1, 4, activation: .relu), inputs: [0])
      builder.append("mean\(number)", .globalPooling(.average))
      guard number == blind else { return builder.append("logit\(number)", builder.dense(4, 1)) }
      let zeros = WeightTensor(shape: [4, 1], values: [0, 0, 0, 0])
      return builder.append("logit\(number)", .dense(Dense(kernel: zeros)))
    }
    var builder = GraphBuilder(input: .image(height: 8, width: 8, channels: 1), seed: 4)
    let logits = (0..<2).map { member(&builder, $0) }
    builder.append("mean", .add, inputs: logits)
    builder.append("probability", .activation(.sigmoid))
    let ensemble = try GradCAM(builder.model())
    #expect(ensemble.layers == ["conv0", "conv1"])

    let seeing = 1 - blind
    let nodes = try builder.graph().nodes
    let single = try Graph(
      inputShape: .image(height: 8, width: 8, channels: 1),
      nodes: [
        .init(name: "conv", operation: nodes[3 * seeing].operation, inputs: [0]),
        .init(name: "mean", operation: .globalPooling(.average), inputs: [1]),
        .init(name: "logit", operation: nodes[3 * seeing + 2].operation, inputs: [2]),
        .init(name: "probability", operation: .activation(.sigmoid), inputs: [3]),
      ])
    let alone = try GradCAM(
      Model(graph: single, preprocessing: builder.preprocessing, labels: ["a", "b"]))
    var random = SeededGenerator(seed: 6)
    let image = random.floats(64)
    for label in 0...1 {
      let expected = try alone.map(of: image, label: label)
      expectEqual(
        try ensemble.map(of: image, label: label).values, expected.values, "\(blind), \(label)")
    }
    #expect(try (0...1).contains { try alone.map(of: image, label: $0).maximum > 0 })
  }

  @Test func aNetworkWithoutConvolutionsHasNoGradCAM() throws {
    var builder = GraphBuilder(input: .image(height: 4, width: 4, channels: 1), seed: 1)
    builder.append("flatten", .flatten(.heightWidthChannels))
    builder.append("out", builder.dense(16, 1, activation: .sigmoid))
    let model = try Model(
      graph: builder.graph(), preprocessing: builder.preprocessing, labels: ["a", "b"])
    let error = #expect(throws: HeatMapError.self) { try GradCAM(model) }
    #expect(error?.description.contains("no convolution") == true)
  }

  /// Four places become four quarters, and the middle of two is their mean.
  @Test func mapsGrowBetweenCentres() {
    let map = HeatMap(width: 2, height: 2, values: [0, 1, 2, 3])
    let large = map.resized(to: Extent(height: 4, width: 4)).values
    #expect(large[0] == 0 && large[3] == 1 && large[12] == 2 && large[15] == 3)
    #expect(large[1] == 0.25 && large[2] == 0.75 && large[4] == 0.5)
    #expect(map.resized(to: Extent(2)) == map)
  }

  @Test func overlaysHideWhatTheyShow() {
    let image = PixelImage(width: 2, height: 1, channels: 1, pixels: [100, 200])
    let map = HeatMap(width: 2, height: 1, values: [0, 5])
    #expect(map.normalized.values == [0, 1])
    #expect(map.image.pixels == [0, 0, 4, 252, 255, 164])
    let none = map.overlay(on: image, opacity: 0)
    #expect(none.channels == 3 && none.pixels == [100, 100, 100, 200, 200, 200])
    let full = map.overlay(on: image, opacity: 1).pixels
    #expect(full == [100, 100, 100, 252, 255, 164])
    let half = map.overlay(on: image, opacity: 0.5).pixels
    #expect(half == [100, 100, 100, 226, 228, 182])
    let dark = HeatMap(width: 1, height: 1, values: [0])
    #expect(dark.normalized == dark && dark.image.pixels == [0, 0, 4])
  }
}
