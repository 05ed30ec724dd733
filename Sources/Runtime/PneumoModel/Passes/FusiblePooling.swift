extension LayerGraph {
  /// The pooling layer that can be fused with layer `index`, a convolution: the only reader of its
  /// output, the maximum of each 2×2, after an activation that clamps or none.
  package func fusiblePooling(after index: Int) -> Int? {
    let activation = nodes[index].operation.activation
    guard activation == nil || activation?.clampLimits != nil,
      case .image(let height, let width, _) = shapes[index + 1]
    else { return nil }
    let readers = nodes.indices.filter { nodes[$0].inputs.contains(index + 1) }
    guard readers.count == 1, case .pooling(let pooling) = nodes[readers[0]].operation,
      pooling.kind == .max, pooling.window == Extent(2), pooling.stride == Extent(2),
      pooling.insets(of: Extent(height: height, width: width)) == .zero
    else { return nil }
    return readers[0]
  }
}
