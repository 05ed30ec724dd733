import PneumoCheckpoint
import PneumoDataset
import PneumoModel
import PneumoSupport
import PneumoSystem
import PneumoToolSupport

/// A network and how it is usually trained.
struct Recipe {
  let name: String
  let architecture: Architecture
  let preprocessing: Preprocessing
  var augmentation = Augmentation.none
  var epochs = 30
  /// Whether it is trained with today's methods rather than the study's.
  var isOwn = false

  /// Whether `--network` names a file.
  static func isFile(_ network: String) -> Bool { network.lowercased().hasSuffix(".json") }

  init(network: String, size: Int?, classes: Int) throws {
    if network.hasPrefix("study"), let number = Int(network.dropFirst("study".count)),
      (1...4).contains(number)
    {
      name = network
      architecture = try .study(number, size: size, classes: classes)
      preprocessing = .kerasStudy(size: architecture.side)
      if number >= 3 { augmentation = .study }
      if number == 2 || number == 3 { epochs = 20 }
    } else if network == "pneumo" {
      name = network
      architecture = try .pneumo(size: size ?? 128, classes: classes)
      preprocessing = .gray(size: architecture.side)
      augmentation = .robust
      epochs = 24
      isOwn = true
    } else if Self.isFile(network) {
      name = network.split(separator: "/").last.map { String($0.dropLast(5)) } ?? network
      let text = try readFile(network, limit: 1 << 20)
      do {
        architecture = try Architecture(
          json: try JSON(parsing: text), size: size.map { Extent($0) })
      } catch {
        throw Failure(description: "\(network): \(error)")
      }
      guard architecture.inputShape.channels == 1 || architecture.inputShape.channels == 3 else {
        throw Failure(
          description: "\(network): images have 1 or 3 channels, the architecture takes "
            + "\(architecture.inputShape.channels)")
      }
      preprocessing =
        architecture.inputShape.channels == 1
        ? .gray(size: architecture.side) : .kerasStudy(size: architecture.side)
    } else {
      throw Failure(
        description:
          "--network is '\(network)', expected study1, study2, study3, study4, pneumo or "
          + "a .json file")
    }
  }
}

extension Architecture {
  /// Rows and columns of an image.
  fileprivate var side: Extent {
    guard case .image(let height, let width, _) = inputShape else { return Extent(1) }
    return Extent(height: height, width: width)
  }
}
