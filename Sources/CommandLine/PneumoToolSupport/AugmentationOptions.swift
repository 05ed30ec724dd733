import ArgumentParser
import PneumoDataset

/// How images are changed at random: a preset, and settings that say otherwise.
package struct AugmentationOptions: ParsableArguments {
  @Option(
    help: """
      none, study (shear 0.2, zoom 0.2, flip, as its Keras computed them), keras3 (the same as \
      Keras 3 computes them) or robust (pose, exposure, blur, noise, erasing). The options below say \
      otherwise of single settings. (default of \
      pneumo-train: none, study3 and study4 study, pneumo robust)
      """)
  var augment: String?

  @Option(help: "Degrees to either side. (default: 0, robust 10)")
  var rotation: Double?

  @Option(help: "Share of the side, to either side. (default: 0, robust 0.06)")
  var shift: Double?

  @Option(help: "Degrees to either side. (default: 0, study and keras3 0.2)")
  var shear: Double?

  @Option(
    help: "Sizes of 1 - ZOOM to 1 + ZOOM. (default: 0, study and keras3 0.2, robust 0.75 to 1.1)")
  var zoom: Double?

  @Flag(
    inversion: .prefixedNo, help: "Mirror half of the images. (default: none no, the others yes)")
  var flip: Bool?

  @Option(help: "Gray levels that are added or taken away. (default: 0, robust 30)")
  var brightness: Double?

  @Option(
    help: "Differences from the mean are multiplied by 1 - X to 1 + X. (default: 0, robust 0.4)")
  var contrast: Double?

  @Option(
    help: "Exponents of 1 / GAMMA to GAMMA on a scale of 0 to 1. (default: 1, robust 0.6 to 1.6)")
  var gamma: Double?

  @Option(help: "Share of images that are blurred. (default: 0, robust 0.3)")
  var blur: Double?

  @Option(help: "Greatest standard deviation of noise, in gray levels. (default: 0, robust 8)")
  var noise: Double?

  @Option(help: "Share of images that have a rectangle erased. (default: 0, robust 0.25)")
  var erasing: Double?

  @Option(
    help:
      "Share of images that are changed; the others are at most mirrored. (default: 1, robust 0.75)"
  )
  var augmentShare: Double?

  /// Nothing said.
  package init() {}

  /// Refuses what no image could bear.
  package func check() throws {
    if let augment, Augmentation(name: augment) == nil {
      throw ValidationError(
        "--augment is '\(augment)', expected \(Augmentation.names.joined(separator: ", ")).")
    }
    let settings: [(String, Double?, ClosedRange<Double>)] = [
      ("rotation", rotation, 0...180), ("shift", shift, 0...0.9), ("shear", shear, 0...80),
      ("zoom", zoom, 0...0.9), ("brightness", brightness, 0...255), ("contrast", contrast, 0...1),
      ("gamma", gamma, 1...10), ("blur", blur, 0...1), ("noise", noise, 0...255),
      ("erasing", erasing, 0...1), ("augment-share", augmentShare, 0...1),
    ]
    for (name, value, range) in settings {
      if let value, !range.contains(value) {
        throw ValidationError(
          "--\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound).")
      }
    }
  }

  /// The preset, else `standard`, with what is said otherwise.
  package func applied(to standard: Augmentation) -> Augmentation {
    var result = augment.flatMap { Augmentation(name: $0) } ?? standard
    if let rotation { result.rotation = rotation }
    if let shift { result.shift = shift }
    if let shear { result.shear = shear }
    if let zoom {
      // Robust draws one size for both axes, and then stretches.
      if result.scale == 1...1 { result.zoom = zoom } else { result.scale = 1 - zoom...1 + zoom }
    }
    if let flip { result.flip = flip }
    if let brightness { result.brightness = brightness }
    if let contrast { result.contrast = contrast }
    if let gamma { result.gamma = 1 / gamma...gamma }
    if let blur { result.blur = blur }
    if let noise { result.noise = noise }
    if let erasing { result.erasing = erasing }
    if let augmentShare { result.share = augmentShare }
    return result
  }
}
