/// Removes dropout, which passes its input on at inference.
func dropTrainingLayers(_ graph: inout GraphRewriter) {
  for index in graph.indices {
    if case .dropout = graph.nodes[index].operation { graph.remove(index, .dropped) }
  }
}
