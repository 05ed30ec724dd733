import ArgumentParser

/// What `--tta` takes.
package enum TestTimeAugmentation: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// The image and its mirror image.
  case flip
}
