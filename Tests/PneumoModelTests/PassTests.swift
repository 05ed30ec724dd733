import PneumoTestSupport
import Testing

@testable import PneumoModel

/// Tests each pass separately: it must simplify what it can, leave the rest, and preserve outputs.
@Suite struct PassTests {
  private static let image = TensorShape.image(height: 7, width: 6, channels: 4)

  /// Applies `pass` to `graph`, checks that outputs are unchanged, and returns the names of the
  /// remaining layers.
  private func apply(
    _ pass: (inout GraphRewriter) -> Void, to graph: Graph
  ) throws -> [String] {
    var rewriter = GraphRewriter(graph)
    pass(&rewriter)
    let result = try rewriter.graph()
    var generator = SeededGenerator(seed: 7)
    let input = generator.floats(graph.inputShape.count)
    let expected = try #require(NaiveGraph.run(graph, input: input).last)
    let found = try #require(NaiveGraph.run(result, input: input).last)
    #expect(largestError(found.map { Float($0) }, expected) <= 1e-6)
    #expect(expected.contains { abs($0) > 1e-3 }, "outputs large enough to reveal a mistake")
    return result.nodes.map(\.name)
  }

  @Test func dropoutIsRemovedEverywhere() throws {
    var builder = GraphBuilder(input: Self.image, seed: 1)
    builder.append("first", .dropout(rate: 0.5))
    let kept = builder.append("conv", builder.convolution(3, 4, 2))
    let dropped = builder.append("middle", .dropout(rate: 0.5))
    builder.append("add", .add, inputs: [kept, dropped])
    builder.append("last", .dropout(rate: 0.5))
    #expect(try apply(dropTrainingLayers, to: builder.graph()) == ["conv", "add"])
  }

  @Test func aGraphOfDropoutOnlyKeepsOneLayer() throws {
    var builder = GraphBuilder(input: Self.image, seed: 1)
    builder.append("a", .dropout(rate: 0.5))
    builder.append("b", .dropout(rate: 0.5))
    #expect(try apply(dropTrainingLayers, to: builder.graph()).count == 1)
  }

  @Test(arguments: [true, false])
  func normalizationIsFoldedIntoThePreviousLayer(bias: Bool) throws {
    var builder = GraphBuilder(input: Self.image, seed: 2)
    builder.append("conv", builder.convolution(3, 4, 6, padding: .same, groups: 2, bias: bias))
    builder.append("conv_bn", builder.batchNormalization(6))
    builder.append("flatten", .flatten(.heightWidthChannels))
    builder.append("dense", builder.dense(7 * 6 * 6, 5, bias: bias))
    builder.append("dense_bn", builder.batchNormalization(5))
    let names = try apply(foldBatchNormalizationIntoPrevious, to: builder.graph())
    #expect(names == ["conv", "flatten", "dense"])
  }

  @Test func normalizationIsKeptAfterAnActivationOrASharedLayer() throws {
    var builder = GraphBuilder(input: Self.image, seed: 3)
    builder.append("relu", builder.convolution(3, 4, 4, activation: .relu))
    builder.append("bn1", builder.batchNormalization(4))
    let shared = builder.append("conv", builder.convolution(1, 4, 4))
    let normalized = builder.append("bn2", builder.batchNormalization(4))
    builder.append("add", .add, inputs: [shared, normalized])
    let names = try apply(foldBatchNormalizationIntoPrevious, to: builder.graph())
    #expect(names == ["relu", "bn1", "conv", "bn2", "add"])
  }

  @Test(arguments: [1, 2, 4])
  func normalizationIsFoldedIntoTheNextLayer(groups: Int) throws {
    var builder = GraphBuilder(input: Self.image, seed: 4)
    builder.append("bn1", builder.batchNormalization(4))
    builder.append(
      "conv", builder.convolution(3, 4, 8, stride: Extent(2), groups: groups, activation: .relu))
    builder.append("flatten", .flatten(.heightWidthChannels))
    builder.append("bn2", builder.batchNormalization(3 * 2 * 8))
    builder.append("dense", builder.dense(3 * 2 * 8, 3, bias: false))
    let names = try apply(foldBatchNormalizationIntoNext, to: builder.graph())
    #expect(names == ["conv", "flatten", "dense"])
  }

  @Test func normalizationIsKeptBeforePaddingOrSeveralReaders() throws {
    var builder = GraphBuilder(input: Self.image, seed: 5)
    builder.append("bn1", builder.batchNormalization(4))
    builder.append("padded", builder.convolution(3, 4, 4, padding: .same))
    let shared = builder.append("bn2", builder.batchNormalization(4))
    let left = builder.append("left", builder.convolution(1, 4, 4), inputs: [shared])
    let right = builder.append("right", builder.convolution(1, 4, 4), inputs: [shared])
    builder.append("add", .add, inputs: [left, right])
    let names = try apply(foldBatchNormalizationIntoNext, to: builder.graph())
    #expect(names == ["bn1", "padded", "bn2", "left", "right", "add"])
    // A 1×1 convolution needs no padding, even if its padding is `same`.
    var same = GraphBuilder(input: Self.image, seed: 6)
    same.append("bn", same.batchNormalization(4))
    same.append("conv", same.convolution(1, 4, 4, padding: .same))
    #expect(try apply(foldBatchNormalizationIntoNext, to: same.graph()) == ["conv"])
  }

  @Test(arguments: Activation.allCases) func activationsAreFused(_ activation: Activation) throws {
    var builder = GraphBuilder(input: Self.image, seed: 8)
    builder.append("conv", builder.convolution(3, 4, 4))
    builder.append("a", .activation(activation))
    builder.append("b", .activation(activation))
    let shared = builder.append("shared", builder.convolution(1, 4, 4))
    let c = builder.append("c", .activation(activation))
    builder.append("add", .add, inputs: [shared, c])
    #expect(
      try apply(fuseActivations, to: builder.graph()) == ["conv", "b", "shared", "c", "add"])
  }
}
