import PneumoModel

extension Operation {
  /// The same layer with other weights of the same shapes; those for which `tensor` returns `nil` stay.
  public func replacingWeights(_ tensor: (_ name: String) -> WeightTensor?) -> Operation {
    mapWeights { name, weight in tensor(name) ?? weight }
  }
}
