import PneumoEvaluation
import PneumoExperiment
import PneumoTraining

extension TrainCommand {
  /// The settings of a run: what the arguments say, and the rest as suits the network.
  func settings(classes: Int) throws -> RunSettings {
    let recipe = try Recipe(network: network.network, size: network.size, classes: classes)
    var settings = RunSettings(
      networkName: recipe.name, architecture: recipe.architecture,
      preprocessing: recipe.preprocessing)
    let isOwn = recipe.isOwn
    settings.epochs = optimization.epochs ?? recipe.epochs
    settings.batchSize = optimization.batch ?? (isOwn ? 32 : 16)
    settings.rate = optimization.lr ?? (isOwn ? 2e-3 : 1e-4)
    settings.optimizer =
      switch optimization.optimizer ?? (isOwn ? .adamw : .adam) {
      case .adam: .adam()
      case .adamw: .adam(weightDecay: optimization.weightDecay)
      case .sgd: .sgd()
      }
    settings.decay = optimization.schedule ?? (isOwn ? .cosine : .constant)
    settings.clipNorm = optimization.clipNorm ?? (isOwn ? 1 : nil)
    settings.averageDecay = optimization.average ?? (isOwn ? 0.998 : nil)
    settings.labelSmoothing = optimization.labelSmoothing
    settings.balancesClasses = optimization.balance
    settings.augmentation = augmentation.applied(to: recipe.augmentation)
    settings.seed = optimization.seed
    settings.patience = validation.patience ?? (isOwn ? 0 : 5)
    settings.monitor =
      validation.monitor ?? (validation.kerasCompatible ? .valLoss : .crossEntropy)
    settings.isKerasCompatible = validation.kerasCompatible
    settings.operatingPoint = validation.operatingPoint.flatMap { OperatingPoint($0) } ?? .youden
    return settings
  }
}
