import Foundation
import Pneumo
import PneumoImaging
import PneumoTestSupport
import Testing

@testable import PneumoClassifier

/// Mirror images and several models, on pictures of noise.
@Suite struct EnsembleTests {
  private let folder: TemporaryFolder
  private let paths: [String]

  init() throws {
    folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 1)
    for index in 0..<5 {
      let pixels = (0..<60 * 50).map { _ in UInt8.random(in: 0...255, using: &random) }
      let image = PixelImage(width: 60, height: 50, channels: 1, pixels: pixels)
      try folder.write(image.jpegBytes(quality: 90), to: "\(index).jpeg")
    }
    paths = (0..<5).map { [folder] in folder.path("\($0).jpeg") }
  }

  /// A model of 3 × 3 filters; those of different seeds differ.
  private func model(
    seed: UInt64, size: Int = 24, layout: Preprocessing.Layout = .channelsLast,
    labels: [String] = ["NORMAL", "PNEUMONIA"], threshold: Float = 0.5
  ) throws -> Model {
    var builder = GraphBuilder(input: .image(height: size, width: size, channels: 3), seed: seed)
    builder.append(builder.convolution(3, 3, 6, padding: .same, activation: .relu))
    builder.append(.pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
    builder.append(.flatten(.heightWidthChannels))
    builder.append(builder.dense(size / 2 * (size / 2) * 6, 1, activation: .sigmoid))
    var preprocessing = builder.preprocessing
    preprocessing.layout = layout
    return try Model(
      graph: builder.graph(), preprocessing: preprocessing, labels: labels, threshold: threshold)
  }

  /// The logits of all inputs, and their predictions.
  private func predictions(
    _ models: [Model], flips: Bool = false, threads: Int = 2, batch: Int? = nil,
    paths: [String]? = nil
  ) throws -> [Prediction] {
    var options = Classifier.Options()
    options.threads = threads
    options.batch = batch
    options.flips = flips
    let classifier = try Classifier(models, options: options)
    var all: [Prediction] = []
    classifier.run(ModelRunner.Inputs(paths ?? self.paths), unless: { false }) { outcomes in
      for outcome in outcomes {
        if case .success(let found) = outcome.result { all.append(found.prediction) }
      }
      return true
    }
    return all
  }

  private func logits(_ models: [Model], flips: Bool = false) throws -> [Float] {
    let found = try predictions(models, flips: flips).map { $0.logits[0] }
    #expect(found.count == paths.count)
    return found
  }

  /// A tensor of three channels with left and right swapped, by its definition.
  private func mirrored(_ tensor: [Float], size: Int, _ layout: Preprocessing.Layout) -> [Float] {
    (0..<tensor.count).map { index in
      let rowCount = layout == .channelsLast ? size * 3 : size
      let channels = rowCount / size
      let (row, place) = index.quotientAndRemainder(dividingBy: rowCount)
      let (column, channel) = place.quotientAndRemainder(dividingBy: channels)
      return tensor[row * rowCount + (size - 1 - column) * channels + channel]
    }
  }

  @Test func aModelWithItselfIsItself() throws {
    let model = try model(seed: 1)
    #expect(try logits([model, model]) == logits([model]))
    #expect(try logits([model, model, model]) == logits([model]))
  }

  @Test func predictionsFollowFromTheMeanLogits() throws {
    // Two sizes and two layouts: three preprocessings, one of them shared.
    let models = [
      try model(seed: 1), try model(seed: 2), try model(seed: 3, size: 31),
      try model(seed: 4, layout: .channelsFirst),
    ]
    let alone = try models.map { try logits([$0]) }
    let together = try logits(models)
    for image in paths.indices {
      let mean = alone.reduce(0) { $0 + Double($1[image]) } / 4
      #expect(abs(Double(together[image]) - mean) <= 1e-7 * abs(mean))
    }
    #expect(Set(together).count == paths.count)
  }

  /// The mirror image of a tensor, run on its own.
  @Test(arguments: [Preprocessing.Layout.channelsLast, .channelsFirst])
  func flipsTakeTheMeanWithTheMirrorImage(layout: Preprocessing.Layout) throws {
    let model = try model(seed: 5, size: 25, layout: layout)
    let session = try Session(model)
    let found = try logits([model], flips: true)
    for (path, logit) in zip(paths, found) {
      let tensor = try ImageLoader(model.preprocessing).load(path)
      let mirrored = mirrored(tensor, size: 25, layout)
      #expect(mirrored != tensor)
      let both = try session.predict(tensor + mirrored).map { Double($0.logits[0]) }
      #expect(logit == Float((both[0] + both[1]) / 2))
      #expect(both[0] != both[1])
    }
  }

  @Test func aSymmetricImageIsAsItsMirrorImage() throws {
    let pixels = (0..<48 * 48).map { index in
      let column = index % 48
      return UInt8(min(column, 47 - column) * 9 + index / 48)
    }
    let image = PixelImage(width: 48, height: 48, channels: 1, pixels: pixels)
    // Six whole blocks of a JPEG, and the size of the input: nothing breaks the symmetry.
    try folder.write(image.jpegBytes(quality: 100), to: "even.jpeg")
    let model = try model(seed: 6, size: 48)
    let tensor = try ImageLoader(model.preprocessing).load(folder.path("even.jpeg"))
    try #require(mirrored(tensor, size: 48, .channelsLast) == tensor)
    let plain = try predictions([model], paths: [folder.path("even.jpeg")])
    let both = try predictions([model], flips: true, paths: [folder.path("even.jpeg")])
    #expect(plain.count == 1 && both == plain)
  }

  @Test(arguments: [1, 2, 4], [1, 3, 64])
  func batchAndThreadsNeverChangeABit(threads: Int, batch: Int) throws {
    let models = [try model(seed: 1), try model(seed: 2, size: 31)]
    let expected = try predictions(models, flips: true, threads: 1, batch: 1)
    let found = try predictions(models, flips: true, threads: threads, batch: batch)
    #expect(found == expected && found.count == 5)
  }

  /// In the middle of two thresholds, as logits.
  @Test func thresholdsAreAveragedToo() throws {
    #expect(ensembleThreshold([0.3]) == 0.3)
    #expect(abs(ensembleThreshold([0.2, 0.8]) - 0.5) < 1e-7)
    #expect(abs(ensembleThreshold([0.5, 0.9, 0.9]) - 0.8122) < 1e-4)
    let (low, high) = (try model(seed: 1, threshold: 0), try model(seed: 1, threshold: 0.999))
    for models in [[low, high], [high, low]] {
      #expect(try predictions(models).allSatisfy { $0.labelIndex == 1 })
    }
    let strict = try model(seed: 1, threshold: 1)
    #expect(try predictions([strict, strict]).allSatisfy { $0.labelIndex == 0 })
  }

  @Test func modelsThatDoNotFitAreRefused() throws {
    let first = try model(seed: 1)
    let swapped = try model(seed: 1, labels: ["PNEUMONIA", "NORMAL"])
    var builder = GraphBuilder(input: .image(height: 4, width: 4, channels: 1), seed: 1)
    builder.append(.flatten(.heightWidthChannels))
    builder.append(builder.dense(16, 2, activation: .softmax))
    let softmax = try builder.model()
    #expect(throws: ComputeError.self) { try predictions([first, swapped]) }
    #expect(throws: ComputeError.self) { try predictions([first, softmax]) }
    #expect(throws: ComputeError.self) { try predictions([]) }
  }

  @Test func aBadFileFailsAloneWithSeveralModels() throws {
    try folder.write([1, 2, 3], to: "bad.jpeg")
    let models = [try model(seed: 1), try model(seed: 2, size: 31)]
    let mixed = [paths[0], folder.path("bad.jpeg"), paths[1]]
    let found = try predictions(models, flips: true, paths: mixed)
    #expect(try found == predictions(models, flips: true, paths: [paths[0], paths[1]]))
  }
}
