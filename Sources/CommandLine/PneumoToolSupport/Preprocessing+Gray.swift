import PneumoModel

extension Preprocessing {
  /// What the network `pneumo` takes: gray images, made smaller by averaging, of -1 to 1.
  package static func gray(size: Extent) -> Preprocessing {
    Preprocessing(
      colorMode: .gray, size: size, filter: .bilinear, scale: [1], mean: [127.5],
      standardDeviation: [127.5])
  }
}
