import PneumoModel

/// The last values of a network that still have places: what its layers make vectors of. All that the
/// network computes from an image goes through them.
///
/// Most networks have one. One that averages several networks has one for each of them.
struct FeatureMaps: Sendable {
  /// Their numbers among the values of the graph.
  let values: [Int]
  /// The nodes from there to the output, in their order.
  let tail: [Int]
  /// Rows and columns of each.
  let size: Extent
}

extension FeatureMaps {
  init(of graph: Graph) throws(HeatMapError) {
    var (values, tail) = (Set<Int>(), Set<Int>())
    var pending = [graph.nodes.count]
    while let value = pending.popLast() {
      guard tail.insert(value - 1).inserted else { continue }
      for input in graph.nodes[value - 1].inputs {
        switch graph.shapes[input] {
        case .vector: pending.append(input)
        case .image:
          if graph.passesPlaces(to: input) { pending.append(input) } else { values.insert(input) }
        }
      }
    }
    let ordered = values.sorted()
    for value in ordered where !graph.hasConvolution(before: value) {
      throw HeatMapError(
        description: value == 0
          ? "the network has no convolution whose output Grad-CAM could show; use occlusion"
          : "layer '\(graph.nodes[value - 1].name)' is not computed by a convolution, so that "
            + "Grad-CAM has nothing to show; use occlusion")
    }
    let sizes = ordered.map { graph.shapes[$0].dimensions.prefix(2) }
    guard let size = sizes.first, sizes.allSatisfy({ $0 == size }) else {
      let list = zip(ordered, sizes).map {
        "'\(graph.nodes[$0 - 1].name)' \($1.map(String.init).joined(separator: "×"))"
      }
      throw HeatMapError(
        description:
          "the last feature maps of the network differ in size (\(list.joined(separator: ", "))), "
          + "so that one map of Grad-CAM would leave some out; use occlusion")
    }
    self.init(
      values: ordered, tail: tail.sorted(), size: Extent(height: size[0], width: size[1]))
  }
}

extension LayerGraph {
  /// Whether `value` only has what is in the one value before it: pooled, padded, or dropped.
  fileprivate func passesPlaces(to value: Int) -> Bool {
    guard value > 0 else { return false }
    if case .dropout = nodes[value - 1].operation { return true }
    return nodes[value - 1].operation.layer.resamplesPixels
  }

  /// Whether `value` depends on a convolution.
  fileprivate func hasConvolution(before value: Int) -> Bool {
    var (pending, seen) = ([value], Set<Int>())
    while let value = pending.popLast() {
      guard value > 0, seen.insert(value).inserted else { continue }
      if case .convolution = nodes[value - 1].operation { return true }
      pending += nodes[value - 1].inputs
    }
    return false
  }
}
