import PneumoCheckpoint
import PneumoDataset
import PneumoEvaluation
import PneumoExperiment
import PneumoModel
import PneumoSupport
import PneumoSystem
import PneumoToolSupport
import PneumoTraining

/// Something that the user has to change.
struct Failure: Error, CustomStringConvertible {
  let description: String
}

extension Train {
  /// The settings of a run: what the arguments say, and the rest as suits the network.
  func settings(classes: Int) throws -> RunSettings {
    let recipe = try Recipe(network: network, size: size, classes: classes)
    var settings = RunSettings(
      networkName: recipe.name, architecture: recipe.architecture,
      preprocessing: recipe.preprocessing)
    let isOwn = recipe.isOwn
    settings.epochs = epochs ?? recipe.epochs
    settings.batchSize = batch ?? (isOwn ? 32 : 16)
    settings.rate = lr ?? (isOwn ? 2e-3 : 1e-4)
    settings.optimizer =
      switch optimizer ?? (isOwn ? .adamw : .adam) {
      case .adam: .adam()
      case .adamw: .adam(weightDecay: weightDecay)
      case .sgd: .sgd()
      }
    settings.decay = schedule ?? (isOwn ? .cosine : .constant)
    settings.clipNorm = clipNorm ?? (isOwn ? 1 : nil)
    settings.averageDecay = average ?? (isOwn ? 0.998 : nil)
    settings.labelSmoothing = labelSmoothing
    settings.balancesClasses = balance
    settings.augmentation = augmentation.applied(to: recipe.augmentation)
    settings.seed = seed
    settings.patience = patience ?? (isOwn ? 0 : 5)
    settings.monitor = monitor ?? (kerasCompatible ? .valLoss : .crossEntropy)
    settings.isKerasCompatible = kerasCompatible
    settings.operatingPoint = OperatingPoint(operatingPoint) ?? .youden
    return settings
  }
}

/// A network and how it is usually trained.
struct Recipe {
  let name: String
  let architecture: Architecture
  let preprocessing: Preprocessing
  var augmentation = Augmentation.none
  var epochs = 30
  /// Whether it is trained by the practice of today rather than the study's.
  var isOwn = false

  /// Whether `--network` names a file.
  static func isFile(_ network: String) -> Bool { network.lowercased().hasSuffix(".json") }

  init(network: String, size: Int?, classes: Int) throws {
    if network.hasPrefix("study"), let number = Int(network.dropFirst("study".count)),
      (1...4).contains(number)
    {
      name = network
      architecture = .study(number, size: size, classes: classes)
      preprocessing = .kerasStudy(size: architecture.side)
      if number >= 3 { augmentation = .study }
      if number == 2 || number == 3 { epochs = 20 }
    } else if network == "pneumo" {
      name = network
      architecture = .pneumo(size: size ?? 128, classes: classes)
      preprocessing = .gray(size: architecture.side)
      augmentation = .robust
      epochs = 24
      isOwn = true
    } else if Self.isFile(network) {
      name = network.split(separator: "/").last.map { String($0.dropLast(5)) } ?? network
      let text = try readFile(network, limit: 1 << 20)
      do {
        var declared = try Architecture(json: try JSON(parsing: text))
        if let size, case .image(_, _, let channels) = declared.inputShape {
          declared.inputShape = .image(height: size, width: size, channels: channels)
        }
        architecture = declared
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
