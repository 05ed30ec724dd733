import PneumoTestSupport
import Testing

@testable import PneumoImport
@testable import PneumoModel

/// Small models of all layers, as Keras 2 and Keras 3 save them, against what Keras answers.
@Suite struct KerasGoldenTests {
  static let models =
    ["keras2", "keras3"].flatMap { keras in
      ["residual", "chain", "nested", "frozen", "renamed", "shared", "gated"].map {
        "\(keras)-\($0)"
      }
    } + ["keras3-augmented", "keras3-augmented-chain", "keras3-hard-swish"]

  /// The largest difference, relative to 1 or the number, from what Keras answers.
  private func error(of graph: Graph, _ name: String, rescaling: Rescaling?) throws -> Double {
    var input = try Fixture.array("\(name).input.npy")
    if let rescaling {
      for index in input.indices {
        input[index] = input[index] * rescaling.scale[0] + rescaling.offset[0]
      }
    }
    let output = try #require(NaiveGraph.run(graph, input: input).last)
    return largestError(try Fixture.array("\(name).output.npy"), output)
  }

  @Test(arguments: models) func outputsAreThoseOfKeras(_ name: String) throws {
    let imported = try ImportedModel(contentsOf: Fixture.path("\(name).h5"))
    #expect(
      (imported.rescaling != nil) == (name.hasSuffix("nested") || name.contains("augmented")))
    #expect(try error(of: imported.graph, name, rescaling: imported.rescaling) <= 1e-5)

    let simplified = try SimplifiedGraph(imported.graph)
    #expect(try error(of: simplified.graph, name, rescaling: imported.rescaling) <= 1e-5)
  }

  @Test(arguments: ["keras2", "keras3"]) func allThatCanBeSimplifiedIs(_ keras: String) throws {
    typealias Change = SimplifiedGraph.Change
    let residual = try ImportedModel(contentsOf: Fixture.path("\(keras)-residual.h5"))
    let changes = try SimplifiedGraph(residual.graph).changes
    // 'stem' is also read by 'shortcut', and what follows it has padding: its normalization stays.
    #expect(
      Set(changes) == [
        Change(kind: .dropped, layer: "dropout", into: nil),
        Change(kind: .folded, layer: "depthwise_bn", into: "depthwise"),
        Change(kind: .fused, layer: "softmax", into: "logits"),
      ])

    let chain = try ImportedModel(contentsOf: Fixture.path("\(keras)-chain.h5"))
    let simplified = try SimplifiedGraph(chain.graph)
    #expect(
      Set(simplified.changes) == [
        Change(kind: .dropped, layer: "spatial", into: nil),
        Change(kind: .folded, layer: "before", into: "dilated"),
        Change(kind: .folded, layer: "after", into: "dilated"),
        Change(kind: .folded, layer: "flat_bn", into: "hidden"),
        Change(kind: .fused, layer: "sigmoid", into: "dilated"),
      ])
    #expect(
      simplified.graph.nodes.map(\.name) == [
        "first", "max", "dilated", "per_pixel", "flatten", "hidden", "probability",
      ])
  }

  @Test(arguments: ["keras3-augmented", "keras3-augmented-chain"])
  func layersThatDoNothingAtInferenceAreIdentities(_ name: String) throws {
    let imported = try ImportedModel(contentsOf: Fixture.path("\(name).h5"))
    let classes = Set(imported.identities.map(\.className))
    #expect(classes.count == 21)
    #expect(classes.isSubset(of: KerasLayer.identityClasses))
    #expect(imported.graph.nodes.map(\.operation.name).filter { $0 == "Dropout" }.count == 4)
  }

  @Test func customLayersAreNotTakenForKeras() throws {
    let path = try Fixture.path("keras3-custom.h5")
    let error = try #require(
      #expect(throws: ImportError.self) { try ImportedModel(contentsOf: path) })
    #expect(error.layers.map(\.name) == ["own", "own_function"])
    #expect(error.layers[0].reason.contains("'mine>Conv2D', a class of your own"))
    #expect(error.layers[1].reason.contains("its activation 'swish' is a function"))
  }

  /// The network of `tiny` in the script that writes the fixtures.
  static let tiny: Network = {
    var builder = SequentialBuilder()
    for filters in [2, 3] {
      builder.convolution(filters: filters, kernelSize: 3)
      builder.maxPooling(2)
      if filters == 2 { builder.dropout(0.5) }
    }
    builder.flatten()
    builder.dense(4, "relu")
    builder.dense(1, "sigmoid")
    return Network(
      name: "tiny", labels: ["A", "B"],
      architecture: KerasArchitecture(
        inputShape: .image(height: 12, width: 12, channels: 3), chain: builder.layers),
      weightShapes: [])
  }()

  @Test(arguments: [
    "tiny.weights.h5", "tiny-keras2.h5", "tiny-fixed-strings.h5", "tiny-split-names.h5",
    "tiny-f64-userblock.h5", "tiny-checkpoint.weights.h5",
  ])
  func weightsAloneAreThoseOfKeras(_ file: String) throws {
    let imported = try ImportedModel(contentsOf: Fixture.path(file), network: Self.tiny)
    #expect(try error(of: imported.graph, "tiny", rescaling: nil) <= 1e-5)
    let first = try ImportedModel(contentsOf: Fixture.path("tiny.weights.h5"), network: Self.tiny)
    #expect(imported.graph == first.graph)
  }

  @Test func studyNetworksHaveTheSizesOfTheStudy() throws {
    for (name, count) in [("study150", 3_485_505), ("study224", 9_711_425)] {
      let network = try #require(Network.named(name))
      #expect(network.weightShapes.reduce(0) { $0 + $1.reduce(1, *) } == count)
      #expect(try network.architecture.operations().count == 15)
    }
  }
}
