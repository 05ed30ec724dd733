import PneumoCheckpoint
import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoExperiment

/// Which epoch is the best, and when training ends.
@Suite struct BestEpochTests {
  private func record(
    loss: Double?, penalty: Double = 0, auroc: Double? = nil
  ) -> EpochRecord {
    EpochRecord(
      epoch: 1, seconds: 1, learningRate: 1, dataLoss: 7, penalty: 0.5, accuracy: 0.5,
      valDataLoss: loss, valPenalty: penalty, valAUROC: auroc, imagesPerSecond: 1)
  }

  @Test func monitorsHaveTheirValues() {
    let full = record(loss: 0.25, penalty: 0.125, auroc: 0.75)
    #expect(Monitor.auroc.value(of: full) == -0.75)
    #expect(Monitor.crossEntropy.value(of: full) == 0.25)
    #expect(Monitor.valLoss.value(of: full) == 0.375)
    // An AUROC that is undefined is no AUROC of 0.
    #expect(Monitor.auroc.value(of: record(loss: 0.25)) == nil)
    // Without validation there are the numbers of training.
    #expect(Monitor.crossEntropy.value(of: record(loss: nil)) == 7)
    #expect(Monitor.valLoss.value(of: record(loss: nil)) == 7.5)
  }

  /// - Returns: the epochs that were the best when they ended.
  private func best(of values: [Double?], hasValidation: Bool = true) -> [Int] {
    var progress = Progress()
    var result: [Int] = []
    for value in values {
      if progress.judge(value, hasValidation: hasValidation) { result.append(progress.bestEpoch) }
      progress.epoch += 1
    }
    return result
  }

  @Test func lessIsBetter() {
    #expect(best(of: [3, 4, 2, 2, 1]) == [1, 3, 5])
    #expect(best(of: [-0.5, -0.7, -0.6]) == [1, 2])
  }

  @Test func whatIsNotFiniteBlocksNothing() {
    #expect(best(of: [.nan, 5, 4]) == [2, 3])
    #expect(best(of: [.infinity, 5, .nan, 4]) == [2, 4])
    #expect(best(of: [-.infinity, 5]) == [2])
    #expect(best(of: [nil, nil, 5, nil]) == [3])
    #expect(best(of: [.nan, nil]) == [])
  }

  @Test func withoutValidationTheLastIsKept() {
    #expect(best(of: [1, 2, .nan], hasValidation: false) == [1, 2, 3])
  }

  /// A network that does not change has the same loss after each epoch, so the first stays the best.
  @Test(arguments: [(1, 2), (2, 3), (4, 5), (0, 8), (9, 8)])
  func patienceEndsTraining(patience: Int, epochs: Int) throws {
    var setup = try Setup.still()
    setup.settings.patience = patience
    setup.settings.epochs = 8
    let loop = try setup.train("run")
    #expect(loop.history.records.count == epochs)
    #expect(Set(loop.history.records.map(\.valDataLoss)).count == 1)
    #expect(loop.bestEpoch == 1 && loop.isFinished)
    #expect(try Checkpoint(contentsOf: setup.folder.path("run/best.ckpt")).bestEpoch == 1)
  }

  @Test func balancedClassesWeighTheSame() throws {
    let setup = try Setup(period: 4)
    #expect(setup.dataset.classCounts(of: setup.split.training) == [27, 9])
    // 36 / (2 * 27) and 36 / (2 * 9): scikit-learn's compute_class_weight("balanced").
    #expect(TrainingLoop.balancedWeights(setup.dataset, setup.split) == [Float(36) / 54, 2])
  }

  /// Where images tell nothing, a network learns how frequent classes are: here a logit of log(1/3);
  /// and of 0 where they weigh the same.
  @Test(arguments: [(false, -1.1), (true, 0.0)])
  func balancingChangesWhatIsLearned(balances: Bool, expected: Double) throws {
    var setup = try Setup(period: 4, levels: (100, 100))
    var network = ArchitectureBuilder(inputShape: .image(height: 16, width: 16, channels: 1))
    try network.append("mean", .globalPooling(.average))
    try network.classifier("last", classes: 2)
    setup.settings.architecture = try network.architecture()
    setup.settings.balancesClasses = balances
    setup.settings.augmentation = .none
    setup.settings.epochs = 60
    setup.settings.rate = 0.05
    setup.settings.averageDecay = nil
    setup.split = setup.dataset.wholeSplit
    try setup.train("run")
    let weights = try Checkpoint(contentsOf: setup.folder.path("run/best.ckpt")).weights
    let bias = try #require(weights.first { $0.name == "last/bias" }?.floats)
    let kernel = try #require(weights.first { $0.name == "last/kernel" }?.floats)
    // The mean of an image after its preprocessing.
    let logit = Double(bias[0] + kernel[0] * (100 - 127.5) / 127.5)
    #expect(abs(logit - expected) < 0.25, "\(logit)")
  }
}
