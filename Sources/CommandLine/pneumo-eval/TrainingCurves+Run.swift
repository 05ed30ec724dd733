import PneumoCheckpoint
import PneumoExperiment
import PneumoReport
import PneumoSupport
import PneumoSystem

extension TrainingCurves {
  /// Curves of the run of pneumo-train in a folder, by its `history.json`.
  init(run folder: String) throws {
    let path = "\(folder)/history.json"
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path, limit: 1 << 26)
    } catch {
      throw Failure(
        description:
          "\(error); --run expects the folder of a run of pneumo-train, or of one of its "
          + "folds")
    }
    guard let json = try? JSON(parsing: bytes), let history = History(json: json),
      !history.records.isEmpty
    else {
      throw Failure(description: "\(path): not the history of a run of pneumo-train")
    }
    self.init(
      source: folder,
      series: history.curves.map {
        Series(
          title: $0.title, training: $0.training, validation: $0.validation,
          regularized: $0.penalized)
      })
  }
}
