import PneumoPage
import PneumoSupport

/// The X-rays of a report, with heat maps whose strength follows a slider.
struct GallerySection: SectionContent {
  static let template = "gallery"

  struct HeatMaps {
    /// What is bright where there is evidence for it.
    let target: String
    let method: String
  }

  struct Kind {
    let title: String
    let explanation: String
    let pictures: [Picture]
  }

  struct Picture {
    let isRight: Bool
    /// The X-ray, and the heat map that lies over it.
    let images: [InlineImage]
    let trueClass: String
    let predictedClass: String
    /// What the probability is of.
    let scoredClass: String
    let probability: String
    let path: String
    let file: String

    init(_ picture: Gallery.Picture, _ set: PredictionSet, _ model: PredictionSet.ModelPredictions)
    {
      let image = set.cases[picture.index]
      let predicted = model.classes[picture.index]
      let file = image.path.split(separator: "/").last.map(String.init) ?? image.path
      isRight = predicted == image.label
      images =
        [InlineImage(picture.image, description: file)]
        + (picture.heatMap.map { [InlineImage($0, description: "", style: "heat")] } ?? [])
      trueClass = set.classes[image.label]
      predictedClass = set.classes[predicted]
      scoredClass = set.isBinary ? set.classes[1] : set.classes[predicted]
      probability = probabilityText(
        set.isBinary
          ? model.scores[picture.index] : model.probabilities[picture.index][predicted])
      path = image.path
      self.file = file
    }
  }

  let model: String
  let heatMaps: HeatMaps?
  let kinds: [Kind]

  init(_ gallery: Gallery, _ set: PredictionSet) {
    let predictions = set.models[gallery.model]
    model = predictions.name
    let hasHeatMaps = gallery.pictures.values.contains { $0.contains { $0.heatMap != nil } }
    heatMaps =
      hasHeatMaps
      ? HeatMaps(
        target: set.isBinary ? set.classes[1] : "the prediction", method: gallery.method) : nil
    kinds = Gallery.Kind.allCases.map { kind in
      Kind(
        title: kind.title, explanation: kind.explanation,
        pictures: gallery.pictures[kind, default: []].map { Picture($0, set, predictions) })
    }
  }
}
