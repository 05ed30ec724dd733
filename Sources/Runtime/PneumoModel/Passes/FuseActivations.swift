/// Makes an activation that stands alone part of the convolution or dense layer before it, if that
/// has none and nothing else reads its output.
func fuseActivations(_ graph: inout GraphRewriter) {
  for index in graph.indices {
    guard case .activation(let activation) = graph.nodes[index].operation,
      let producer = graph.exclusiveProducer(of: index),
      var layer = graph.nodes[producer].operation.linear, layer.activation == nil
    else { continue }
    layer.activation = activation
    graph.replace(producer, by: layer.operation)
    graph.remove(index, .fused, into: producer)
  }
}
