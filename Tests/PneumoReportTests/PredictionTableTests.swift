import PneumoReport
import PneumoTestSupport
import Testing

/// Scores that were made elsewhere.
@Suite struct PredictionTableTests {
  private func read(
    _ texts: String..., positive: String? = nil
  ) throws -> PredictionSet {
    let folder = try TemporaryFolder()
    for (number, text) in texts.enumerated() {
      try folder.write(Array(text.utf8), to: "t\(number).csv")
    }
    return try PredictionSet(
      tables: texts.indices.map { folder.path("t\($0).csv") }, positive: positive,
      patient: { "patient of \($0)" })
  }

  @Test func probabilitiesOfThePositiveClass() throws {
    let set = try read(
      """
      path,label,patient,probability
      a.jpeg,sick,p1,0.75
      b.jpeg,well,,0.5
      c.jpeg,sick,p1,1
      """)
    #expect(set.classes == ["sick", "well"])
    #expect(set.cases.map(\.label) == [0, 1, 0])
    #expect(set.cases.map(\.patient) == ["p1", "patient of b.jpeg", "p1"])
    #expect(set.clusters == [0, 1, 0])
    #expect(set.models.map(\.name) == ["t0"])
    #expect(set.models[0].probabilities == [[0.25, 0.75], [0.5, 0.5], [0, 1]])
    #expect(set.models[0].classes == [1, 0, 1])
    #expect(set.models[0].logits[1] == [0] && set.models[0].logits[2] == [36])
  }

  @Test func thePositiveClassMayBeNamed() throws {
    let text = "label,score\nsick,0.9\nwell,0.2\n"
    let set = try read(text, positive: "sick")
    #expect(set.classes == ["well", "sick"])
    #expect(set.models[0].classes == [1, 0])
    #expect(set.cases.map(\.path) == ["case 1", "case 2"])
    let single = try read("label,score\nsick,0.9\nsick,0.2\n", positive: "sick")
    #expect(single.classes == ["not sick", "sick"] && single.labels == [1, 1])
  }

  @Test func severalModelsAreAlignedByPath() throws {
    let set = try read(
      "path,label,logit\na,0,-1\nb,1,2\n", "path,label,logit,model\nb,1,3,new\na,0,-2,new\n")
    #expect(set.models.map(\.name) == ["t0", "new"])
    #expect(set.models[0].logits == [[-1], [2]])
    #expect(set.models[1].logits == [[-2], [3]])
  }

  @Test func threeClasses() throws {
    let set = try read(
      """
      label,probability_a,probability_b,probability_c
      a,0.5,0.3,0.2
      c,0.4,0.2,0.4
      b,0,1,0
      """)
    #expect(set.classes == ["a", "b", "c"])
    #expect(set.labels == [0, 2, 1])
    #expect(set.models[0].classes == [0, 0, 1])
    #expect(set.models[0].threshold == nil)
    let logits = try read("label,logit_a,logit_b,logit_c\na,1,0,0\nb,0,1,0\nc,0,0,2\n")
    #expect(logits.models[0].classes == [0, 1, 2])
    #expect(abs(logits.models[0].probabilities[0].reduce(0, +) - 1) < 1e-12)
  }

  @Test func ourOwnTableReadsBack() throws {
    let set = try read("path,label,probability\na,0,0.1234567891\n\"b,2\",1,0.9\nc,1,0.3\n")
    let again = try read(Assessment(set, options: .init(resamples: 10)).csv)
    #expect(
      again.cases
        == set.cases.map {
          PredictionSet.Case(path: $0.path, label: $0.label, patient: $0.patient)
        })
    #expect(again.models[0].scores == set.models[0].scores)
    #expect(again.models[0].name == "t0")
  }

  @Test(arguments: [
    ("", ": the file is empty"),
    ("path,probability\na,0.5\n", ":1: no column 'label'"),
    ("path,label\na,x\n", ":1: no column with predictions"),
    ("label,label,score\na,x,1\n", ":1: the column 'label' is there twice"),
    ("label,score\n", "no cases after the first line"),
    ("label,score\na\n", ":2: 1 fields, expected 2"),
    ("label,score\n,0.5\n", ":2: the label is empty"),
    ("label,score\na,high\n", ":2: 'high' is not a number"),
    ("label,score\na,nan\n", ":2: 'nan' is not a number"),
    ("label,score\na,0.5\nb,1.5\n", ":3: 1.5 is no probability"),
    ("path,label,score\nx,a,0.5\nx,b,0.5\n", ":3: x stands on line 2 already"),
    ("label,score\na,0.5\na,0.7\n", "all labels are 'a'; name the positive class"),
    ("label,score\na,0.5\nb,0.7\nc,0.1\n", ":2: no prediction for the class 'a', 'b', 'c'"),
    ("label,probability_a,probability_b\na,0.5,0.7\nb,0.1,0.1\n", "sum to 1.2, expected 1"),
    ("label,score\n\"a,0.5\n", "a quote that is never closed"),
  ])
  func badTablesAreExplained(text: String, message: String) throws {
    let error = #expect(throws: PredictionTableError.self) { try read(text) }
    let description = try #require(error).description
    #expect(description.contains(message), "\(description)")
    #expect(description.contains("t0.csv"))
  }

  @Test func modelsMustHaveAnsweredTheSame() throws {
    for (second, message) in [
      ("path,label,score\na,0,0.5\n", "1 cases of 't1', but 2 of 't0'"),
      ("path,label,score\na,0,0.5\nc,1,0.5\n", "'t1' has no case b of class '1'"),
      ("path,label,score\na,0,0.5\nb,0,0.5\n", "'t1' has no case b of class '1'"),
    ] {
      let error = #expect(throws: PredictionTableError.self) {
        try read("path,label,score\na,0,0.5\nb,1,0.5\n", second)
      }
      #expect(try #require(error).description.contains(message))
    }
  }
}
