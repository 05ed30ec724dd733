import PneumoModel

extension PlanBuilder {
  /// Pooling with a window of the whole image.
  mutating func visit(_ layer: GlobalPooling) -> Plan.Buffer {
    guard case .image(let height, let width, let channels) = inputShape else {
      preconditionFailure("the graph was checked")
    }
    let size = Extent(height: height, width: width)
    return appendPooling(
      Pooling(layer.kind, window: size, stride: size),
      to: .image(height: 1, width: 1, channels: channels))
  }
}
