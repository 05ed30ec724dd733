import PneumoEvaluation
import PneumoSupport

extension Assessment {
  /// What `metrics.json` says.
  package var json: JSON {
    var members = [
      JSON.Member("images", .int(set.cases.count)), JSON.Member("patients", .int(patients)),
      JSON.Member("classes", .array(set.classes.map { .string($0) })),
      JSON.Member(
        "class_counts",
        .array(set.classes.indices.map { label in .int(set.cases.count { $0.label == label }) })),
    ]
    if let prevalence = options.prevalence {
      members.append(JSON.Member("prevalence", .double(prevalence)))
    }
    members += [
      JSON.Member("resamples", .int(options.resamples)),
      JSON.Member("seed", .int(Int(truncatingIfNeeded: options.seed))),
      JSON.Member("warnings", .array(warnings.map { .string($0) })),
      JSON.Member("models", .array(results.map(json))),
    ]
    if !comparisons.isEmpty {
      members.append(JSON.Member("comparisons", .array(comparisons.map(json))))
    }
    return .object(members)
  }

  private func json(_ result: Result) -> JSON {
    var members = [JSON.Member("name", .string(result.predictions.name))]
    if let threshold = result.predictions.threshold {
      members.append(JSON.Member("threshold", .double(threshold)))
      let origin: JSON =
        switch result.predictions.thresholdOrigin {
        case .model: "model"
        case .given: "given"
        case .chosenHere(let rule): .string("chosen on these images: \(rule)")
        }
      members.append(JSON.Member("threshold_from", origin))
    }
    members.append(
      JSON.Member(
        "confusion", .array(confusion(result).map { .array($0.map { .int($0) }) })))
    members.append(JSON.Member("metrics", json(result.evaluation.measurements)))
    switch result.evaluation {
    case .binary(let evaluation):
      if let deLong = evaluation.deLong {
        members.append(JSON.Member("auroc_delong_interval", json(deLong.interval)))
      }
    case .multiclass(let evaluation):
      members.append(
        JSON.Member(
          "one_vs_rest",
          .object(
            zip(set.classes, evaluation.classes).map {
              JSON.Member($0, json($1.measurements))
            })))
    }
    members.append(JSON.Member("reliability", json(result.calibration)))
    if let recalibrated = result.recalibrated {
      members.append(JSON.Member("reliability_recalibrated", json(recalibrated)))
      members.append(
        JSON.Member(
          "recalibrated_cross_entropy", result.recalibratedCrossEntropy.map { .double($0) } ?? .null
        ))
    }
    return .object(members)
  }

  private func json(_ measurements: [Measurement]) -> JSON {
    .object(
      measurements.map { measurement in
        var members = [
          JSON.Member("value", measurement.value.map { .double($0) } ?? .null),
          JSON.Member("interval", measurement.interval.map(json) ?? .null),
          JSON.Member("bootstrap_interval", measurement.bootstrapInterval.map(json) ?? .null),
        ]
        if let reason = measurement.undefined {
          members.append(JSON.Member("undefined", .string(reason)))
        }
        return JSON.Member(measurement.metric.rawValue, .object(members))
      })
  }

  private func json(_ bins: CalibrationBins) -> JSON {
    .object([
      "ece": bins.expectedError.map { .double($0) } ?? .null,
      "bins": .array(
        bins.bins.map { bin in
          .object([
            "count": .int(bin.count),
            "mean_probability": bin.meanProbability.map { .double($0) } ?? .null,
            "share": bin.shareOfPositives.map { .double($0) } ?? .null,
          ])
        }),
    ])
  }

  private func json(_ comparison: Comparison) -> JSON {
    var members = [
      JSON.Member("first", .string(results[0].predictions.name)),
      JSON.Member("second", .string(results[comparison.other].predictions.name)),
      JSON.Member(
        "differences",
        .object(
          comparison.comparison.differences.map { difference in
            JSON.Member(
              difference.metric.rawValue,
              .object([
                "value": difference.value.map { .double($0) } ?? .null,
                "interval": difference.interval.map(json) ?? .null,
              ]))
          })),
    ]
    if let deLong = comparison.comparison.deLong {
      members.append(
        JSON.Member(
          "delong",
          .object([
            "difference": .double(deLong.difference), "interval": json(deLong.interval),
            "z": .double(deLong.z), "p": .double(deLong.pValue),
          ])))
    }
    return .object(members)
  }

  private func json(_ interval: ClosedRange<Double>) -> JSON {
    .array([.double(interval.lowerBound), .double(interval.upperBound)])
  }
}
