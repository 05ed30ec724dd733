import Foundation
import PneumoConsole
import PneumoSupport

/// One pass over a folder.
struct PipelineRun: Decodable, Equatable {
  /// Whose pass, and how.
  let pipeline: String
  /// How many files.
  let images: Int
  /// For all of them.
  let seconds: Double
  /// Whether the decoder gives the pixels of training.
  let exact: Bool
  /// All outputs, in the order of the files' names.
  let y: [Double]

  /// Answers of the same pixels must be the same.
  func check(against ours: PipelineRun) throws {
    guard images == ours.images, y.count == ours.y.count else {
      throw BenchError(
        "\(pipeline) answered \(images) files with \(y.count) numbers, Pneumo \(ours.images) with "
          + "\(ours.y.count)")
    }
    guard exact else { return }
    for (index, (answer, expected)) in zip(y, ours.y).enumerated() {
      let difference = abs(answer - expected)
      guard difference <= Self.tolerance else {
        throw BenchError(
          "\(pipeline) and Pneumo differ by \(difference) in output \(index), more than "
            + "\(Self.tolerance); their times cannot be compared")
      }
    }
  }

  /// The largest difference that passes: what 1e-4 in a logit makes of a probability at most.
  static let tolerance = Expectation.tolerance / 4

  /// Medians of the runs of each way, ours first, with the ratio of ours to each.
  static func table(_ runs: [PipelineRun]) -> Table {
    var table = Table([
      .init("way from JPEG to label"), .init("pixels"), .init("ms/image", .right),
      .init("images/s", .right), .init("Pneumo is", .right),
    ])
    var names: [String] = []
    for run in runs where !names.contains(run.pipeline) { names.append(run.pipeline) }
    var ours: Double?
    for name in names {
      let all = runs.filter { $0.pipeline == name }
      let perImage = median(all.map { $0.seconds / Double($0.images) })
      table.append([
        name, all[0].exact ? "of training" : "others", Format.fixed(perImage * 1000, 2),
        Format.fixed(1 / perImage, 1), ours.map { "\(Format.fixed(perImage / $0, 2))×" } ?? "",
      ])
      ours = ours ?? perImage
    }
    return table
  }
}
