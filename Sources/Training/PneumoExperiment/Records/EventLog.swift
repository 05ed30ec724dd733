import PneumoSystem

/// The events of a training for TensorBoard. They are telemetry: where they cannot be written, that
/// is told once and training goes on.
struct EventLog {
  private var writer: TensorBoardWriter?
  private var failure: FileError?
  private var hasTold = false

  /// Begins a new log in `folder`, in the place of those that earlier processes of the run wrote.
  init(folder: String) {
    do throws(FileError) {
      writer = try TensorBoardWriter(replacingFilesIn: folder, time: Self.now)
    } catch {
      failure = error
    }
  }

  /// Adds the numbers of an epoch.
  mutating func write(_ record: EpochRecord, _ tell: (TrainingEvent) -> Void) {
    do throws(FileError) {
      try writer?.write(Self.scalars(record), step: record.epoch, time: Self.now)
    } catch {
      writer = nil
      failure = error
    }
    guard let failure, !hasTold else { return }
    hasTold = true
    tell(.warning("\(failure); training goes on without events for TensorBoard"))
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Training and validation share a chart.
  private static func scalars(_ record: EpochRecord) -> [(tag: String, value: Double)] {
    let all: [(String, Double?)] = [
      ("loss/training", record.loss), ("loss/validation", record.valLoss),
      ("cross_entropy/training", record.dataLoss),
      ("cross_entropy/validation", record.valDataLoss),
      ("accuracy/training", record.accuracy), ("accuracy/validation", record.valAccuracy),
      ("auroc/validation", record.valAUROC), ("penalty", record.penalty),
      ("learning_rate", record.learningRate), ("images_per_second", record.imagesPerSecond),
    ]
    return all.compactMap { tag, value in value.map { (tag, $0) } }
  }
}
