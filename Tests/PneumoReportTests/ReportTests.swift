import PneumoCheckpoint
import PneumoEvaluation
import PneumoSupport
import PneumoTestSupport
import Testing

@testable import PneumoReport

/// What a report says and shows.
@Suite struct ReportTests {
  /// Two classes, patients with two images each, scores that mostly tell.
  private func twoClasses(models: Int = 1, threshold: Double = 0.5) -> PredictionSet {
    var random = SplitMix64(state: 4)
    let labels = (0..<120).map { $0 / 2 % 2 }
    return PredictionSet(
      classes: ["NORMAL", "PNEUMONIA"],
      cases: labels.enumerated().map {
        PredictionSet.Case(path: "x/\($0).jpeg", label: $1, patient: "p\($0 / 2)")
      },
      models: (0..<models).map { number in
        let logits = labels.map { Double($0) * 3 - 1.5 + Double(random.below(4001) - 2000) / 1000 }
        return PredictionSet.ModelPredictions(
          name: "<m\(number)>\u{7}", logits: logits.map { [$0] },
          probabilities: logits.map { [1 - sigmoid($0), sigmoid($0)] }, isSinglePrecision: true,
          threshold: threshold, thresholdOrigin: .model)
      })
  }

  private func json(_ assessment: Assessment) throws -> JSON {
    try JSON(parsing: Array(assessment.json.text.utf8))
  }

  @Test func metricsOfAllModels() throws {
    let assessment = Assessment(
      twoClasses(models: 3), options: .init(prevalence: 0.1, resamples: 50), threads: 2)
    #expect(assessment.patients == 60)
    let json = try json(assessment)
    #expect(json["models"]?.array?.count == 3)
    #expect(json["comparisons"]?.array?.count == 2)
    let first = try #require(json["models"]?.array?.first)
    #expect(first["metrics"]?.members?.count == Metric.allCases.count)
    #expect(first["threshold_from"]?.string == "model")
    for metric in try #require(first["metrics"]?.members).map(\.value) {
      let value = try #require(metric["value"]?.double)
      let interval = try #require(metric["interval"]?.array).compactMap(\.double)
      #expect(interval[0] <= value && value <= interval[1])
    }
    #expect(
      assessment.json.text
        == Assessment(
          twoClasses(models: 3), options: .init(prevalence: 0.1, resamples: 50), threads: 1
        ).json.text)
    #expect(assessment.text.description.contains("<m0>\\u{7} against <m2>"))
  }

  /// However many models are compared, tables fit a terminal.
  @Test(arguments: [1, 2, 4, 7]) func textFitsATerminal(models: Int) {
    let text = Assessment(twoClasses(models: models), options: .init(resamples: 20)).text
    let lines = text.description.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { String($0).displayWidth <= 100 })
    // Every model has its column in one of the tables.
    for number in 0..<models {
      let titles = lines.filter { $0.hasPrefix(" ") && $0.contains("<m\(number)>\\u{7}") }
      #expect(titles.count == 1, "\(number)")
    }
  }

  @Test func oneClassAloneSaysWhatIsUndefined() throws {
    var set = twoClasses()
    set = PredictionSet(
      classes: set.classes, cases: set.cases.filter { $0.label == 1 },
      models: set.models.map { model in
        let kept = set.cases.indices.filter { set.cases[$0].label == 1 }
        return PredictionSet.ModelPredictions(
          name: model.name, logits: kept.map { model.logits[$0] },
          probabilities: kept.map { model.probabilities[$0] }, isSinglePrecision: true,
          threshold: 0.5, thresholdOrigin: .model)
      })
    let assessment = Assessment(set, options: .init(resamples: 20))
    #expect(assessment.warnings.contains { $0.hasPrefix("no image is of class NORMAL") })
    let metrics = try json(assessment)["models"]?.array?.first?["metrics"]
    #expect(metrics?["auroc"]?["undefined"]?.string == "no case is negative")
    #expect(metrics?["recall"]?["value"]?.double != nil)
    #expect(!assessment.text.description.contains("nan") && !assessment.json.text.contains("nan"))
    let page = ReportPage(assessment, title: "t", command: "c").html
    #expect(page.contains("no case is negative") && !page.contains("nan"))
  }

  /// Labels in the wrong order turn every score round.
  @Test func scoresThatAreTurnedRoundAreNoted() {
    let set = twoClasses()
    let turned = PredictionSet(
      classes: set.classes, cases: set.cases,
      models: set.models.map { model in
        PredictionSet.ModelPredictions(
          name: model.name, logits: model.logits.map { [-$0[0]] },
          probabilities: model.probabilities.map { [$0[1], $0[0]] }, isSinglePrecision: true,
          threshold: 0.5, thresholdOrigin: .model)
      })
    let assessment = Assessment(turned, options: .init(resamples: 20))
    for text in [
      assessment.text.description, assessment.json.text,
      ReportPage(assessment, title: "t", command: "c").html,
    ] {
      #expect(text.contains("below 0.5, so its scores tell the classes apart the wrong way round"))
    }
    #expect(Assessment(set, options: .init(resamples: 20)).warnings.isEmpty)
  }

  @Test func aThresholdChosenHereIsWarnedOf() {
    var set = twoClasses()
    #expect(Assessment(set, options: .init(resamples: 10)).warnings.isEmpty)
    set.models[0].setThreshold(0.9, .chosenHere("youden"))
    let warnings = Assessment(set, options: .init(resamples: 10)).warnings
    #expect(warnings.count == 1 && warnings[0].contains("was chosen (youden) on the very images"))
  }

  /// Names cannot become markup, and nothing is loaded from elsewhere.
  @Test func thePageStandsAlone() throws {
    var page = ReportPage(
      Assessment(twoClasses(models: 2), options: .init(resamples: 10)),
      title: "a & b </script><b>", command: "pneumo-eval '<x>'")
    page.assessment.notes = ["<i>remark</i>"]
    page.training = TrainingCurves(
      source: "run", series: [.init(title: "loss", training: [1, 0.5], validation: [1.2])])
    page.gallery = Gallery(
      model: 0, method: "by hand",
      pictures: [.errors: [Gallery.Picture(index: 0, image: [255, 216, 255], heatMap: [1, 2])]])
    let html = page.html
    #expect(html.hasPrefix("<!doctype html>"))
    #expect(html.contains("a &amp; b &lt;/script&gt;&lt;b&gt;"))
    #expect(
      html.contains("&lt;i&gt;remark") && !html.contains("<i>remark") && !html.contains("<m0>"))
    #expect(html.contains("&lt;m0&gt;\\u{7}") && !html.contains("\u{7}"))
    for outside in ["http:", "https:", "src=\"/", "url(", "@import"] {
      #expect(!html.replacing("url(#light)", with: "").contains(outside))
    }
    #expect(html.contains("data:image/jpeg;base64,/9j/"))
    #expect(html.contains("data:image/jpeg;base64,AQI="))
    #expect(html.ranges(of: "<section ").count == 9)
    #expect(html.ranges(of: "class=\"plot\"").count == 10)
    let start = try #require(html.firstRange(of: "id=\"data\">"))
    let rest = html[start.upperBound...]
    let end = try #require(rest.firstRange(of: "</script>"))
    let data = try JSON(parsing: Array(rest[..<end.lowerBound].utf8))
    #expect(data["models"]?.array?.count == 2)
    #expect(data["models"]?.array?[1]["positives"]?.array?.count == 60)
  }

  /// A name that no property has would show nothing.
  @Test func templatesAskForWhatThereIs() throws {
    var set = twoClasses(models: 2)
    set.models[0].about = ["fact"]
    var page = ReportPage(
      Assessment(set, options: .init(prevalence: 0.1, resamples: 10)),
      title: "t", command: "c")
    page.assessment.notes = ["note"]
    page.training = TrainingCurves(
      source: "run", series: [.init(title: "loss", training: [1, 0.5], validation: [1.2])])
    page.gallery = Gallery(
      model: 0, method: "by hand",
      pictures: [.errors: [Gallery.Picture(index: 0, image: [255, 216, 255], heatMap: [1, 2])]])
    let others = ReportPage(
      Assessment(threeClasses(), options: .init(resamples: 10)), title: "t", command: "c")
    #expect(
      unknownNames(
        in: Array(ReportPage.templateTexts.values), showing: [page.content, others.content]) == [])
  }

  private func threeClasses() -> PredictionSet {
    let labels = (0..<90).map { $0 % 3 }
    let logits = labels.indices.map { index in
      (0..<3).map { Double($0 == labels[index] ? 2 : 0) + Double((index * 7 + $0 * 5) % 11) / 4 }
    }
    return PredictionSet(
      classes: ["a", "b", "c"],
      cases: labels.enumerated().map { .init(path: "\($0)", label: $1, patient: "\($0)") },
      models: [
        .init(
          name: "m", logits: logits, probabilities: logits.map { softmax($0[...]) },
          isSinglePrecision: true, threshold: nil, thresholdOrigin: .model)
      ])
  }

  @Test func threeClassesHaveATableOfEach() throws {
    let assessment = Assessment(threeClasses(), options: .init(resamples: 20))
    let json = try json(assessment)
    let model = try #require(json["models"]?.array?.first)
    #expect(model["confusion"]?.array?.count == 3)
    #expect(model["one_vs_rest"]?["b"]?["auroc"]?["value"]?.double != nil)
    let page = ReportPage(assessment, title: "t", command: "c").html
    #expect(page.contains("class against the rest") && !page.contains("class=\"panel\""))
  }

  @Test func galleriesShowErrorsDoubtsAndRightOnes() {
    let set = twoClasses()
    let model = set.models[0]
    func isRight(_ index: Int) -> Bool { model.classes[index] == set.cases[index].label }
    func choices(_ kind: Gallery.Kind) -> [Int] {
      Gallery.choices(kind, model: 0, in: set, count: 6)
    }
    let errors = choices(.errors)
    let distances = errors.map { abs(model.logits[$0][0]) }
    #expect(!errors.isEmpty && errors.allSatisfy { !isRight($0) })
    #expect(distances == distances.sorted(by: >))
    #expect(
      distances.first
        == set.cases.indices.filter { !isRight($0) }.map { abs(model.logits[$0][0]) }.max())
    let doubts = choices(.doubts).map { abs(model.logits[$0][0]) }
    #expect(doubts == model.logits.map { abs($0[0]) }.sorted().prefix(6).map(\.self))
    let right = choices(.right)
    #expect(right.allSatisfy(isRight) && Set(right).count == 6)
    #expect(right.map { set.cases[$0].label } == [0, 1, 0, 1, 0, 1])
  }
}
