import Foundation
import PneumoConsole
import PneumoSupport

/// One pass over a folder.
struct PipelineRun: Decodable, Equatable {
  /// The name of the pipeline.
  let pipeline: String
  /// The number of files.
  let images: Int
  /// The duration of the pass.
  let seconds: Double
  /// Whether the decoder produces the same pixels as in training.
  let exact: Bool
  /// All outputs, in the order of the file names.
  let y: [Double]

  /// Throws unless the pass has as many outputs as ours and, if its pixels are the same, the same
  /// outputs.
  func check(against ours: PipelineRun) throws {
    guard images == ours.images, y.count == ours.y.count else {
      throw BenchError(
        "\(pipeline) gave \(y.count) outputs for \(images) files, Pneumo \(ours.y.count) for "
          + "\(ours.images)")
    }
    guard exact else { return }
    for (index, (output, expected)) in zip(y, ours.y).enumerated() {
      let difference = abs(output - expected)
      guard difference <= Self.tolerance else {
        throw BenchError(
          "\(pipeline) and Pneumo differ by \(difference) in output \(index), more than "
            + "\(Self.tolerance); their times cannot be compared")
      }
    }
  }

  /// The largest difference that passes: a logit difference of 1e-4 changes a probability by no
  /// more than this, since the sigmoid's slope is at most 1/4.
  static let tolerance = Expectation.tolerance / 4

  /// The medians of each pipeline's runs, ours first, with our speedup over each.
  static func table(_ runs: [PipelineRun]) -> Table {
    var table = Table([
      .init("pipeline, JPEG to label"), .init("pixels"), .init("ms/image", .right),
      .init("images/s", .right), .init("speedup of Pneumo", .right),
    ])
    var names: [String] = []
    for run in runs where !names.contains(run.pipeline) { names.append(run.pipeline) }
    var ours: Double?
    for name in names {
      let all = runs.filter { $0.pipeline == name }
      let perImage = median(all.map { $0.seconds / Double($0.images) })
      table.append([
        name, all[0].exact ? "as in training" : "different", Format.fixed(perImage * 1000, 2),
        Format.fixed(1 / perImage, 1), ours.map { "\(Format.fixed(perImage / $0, 2))×" } ?? "",
      ])
      ours = ours ?? perImage
    }
    return table
  }
}
