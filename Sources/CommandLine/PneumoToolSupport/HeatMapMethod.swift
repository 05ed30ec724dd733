import ArgumentParser

/// What `--heatmap-method` takes.
package enum HeatMapMethod: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// By the last convolution.
  case gradcam
  /// By hiding parts of the image.
  case occlusion
}
