import PneumoEvaluation
import PneumoSupport

/// How the numbers were computed, and what is known of the models.
struct MethodsSection: SectionContent {
  static let template = "methods"

  struct Model {
    let name: String
    let about: [String]
  }

  let resamples: String
  let seed: UInt64
  let bins = CalibrationBins.count
  let isMulticlass: Bool
  /// DeLong's intervals.
  let deLong: String?
  let models: [Model]

  init(_ assessment: Assessment) {
    resamples = Format.grouped(assessment.options.resamples)
    seed = assessment.options.seed
    isMulticlass = !assessment.set.isBinary
    let intervals = assessment.results.compactMap { result in
      result.binary?.deLong.map { "\(result.predictions.name) \(intervalText($0.interval))" }
    }
    deLong = intervals.isEmpty ? nil : intervals.joined(separator: ", ")
    models = assessment.results.map(\.predictions).filter { !$0.about.isEmpty }
      .map { Model(name: $0.name, about: $0.about) }
  }
}
