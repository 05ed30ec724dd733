extension Calibration {
  /// Whether the temperature is the least or the greatest that is fitted. Then the images asked for
  /// one beyond: mostly since a threshold separates them, which few images often let it.
  package var isAtLimit: Bool {
    let (least, greatest) = (Self.temperatures.lowerBound, Self.temperatures.upperBound)
    return temperature <= least * (1 + 1e-6) || temperature >= greatest * (1 - 1e-6)
  }
}
