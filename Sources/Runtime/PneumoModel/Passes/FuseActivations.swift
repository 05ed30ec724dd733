/// Makes an activation that stands alone part of the convolution or dense layer before it, if that
/// has none and nothing else reads what it answers.
func fuseActivations(_ graph: inout GraphRewriter) {
  for index in graph.indices {
    guard case .activation(let activation) = graph.nodes[index].operation,
      let producer = graph.exclusiveProducer(of: index)
    else { continue }
    switch graph.nodes[producer].operation {
    case .convolution(var layer) where layer.activation == nil:
      layer.activation = activation
      graph.replace(producer, by: .convolution(layer))
    case .dense(var layer) where layer.activation == nil:
      layer.activation = activation
      graph.replace(producer, by: .dense(layer))
    default: continue
    }
    graph.remove(index, .fused, into: producer)
  }
}
