// Classifies JPEG files: example-classify-files MODEL.pnm XRAY.jpeg...
import PneumoClassifier

let arguments = CommandLine.arguments.dropFirst()
let (model, paths) = (arguments.first ?? "Models/pneumo.pnm", Array(arguments.dropFirst()))

let classifier = try Classifier(contentsOf: model)
for try await file in classifier.classify(contentsOf: paths) {
  switch file.result {
  case .success(let found):
    print(file.path, found.prediction.label, found.prediction.probability)
  case .failure(let error):
    print(error)
  }
}
