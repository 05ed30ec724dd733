import Pneumo

/// A way to see what in an image speaks for a class.
public protocol HeatMapMaker: Sendable {
  /// A map of an image.
  ///
  /// - Parameters:
  ///   - tensor: the image as the network takes it.
  ///   - label: the number of the class among the model's labels.
  func map(of tensor: [Float], label: Int) throws(ComputeError) -> HeatMap
}

extension GradCAM: HeatMapMaker {}
extension OcclusionMap: HeatMapMaker {}
