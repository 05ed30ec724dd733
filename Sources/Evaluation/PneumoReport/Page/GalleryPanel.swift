import PneumoEvaluation
import PneumoSupport

/// The X-rays of a report, with heat maps whose strength follows a slider.
struct GalleryPanel {
  private let gallery: Gallery
  private let set: PredictionSet

  init(_ gallery: Gallery, _ set: PredictionSet) {
    self.gallery = gallery
    self.set = set
  }

  var markup: String {
    let hasHeatMaps = gallery.pictures.values.contains { $0.contains { $0.heatMap != nil } }
    let name = set.models[gallery.model].name
    // The filter lets dark colors of a heat map through to the X-ray.
    let slider =
      hasHeatMaps
      ? """
      <form class="slider" autocomplete="off">
      <label for="opacity">Strength of the heat maps</label>
      <input id="opacity" type="range" min="0" max="100" value="60">
      </form>
      <p class="quiet">Bright: evidence for \(escaped(set.isBinary ? set.classes[1] : "the prediction")) \
      according to the network (\(escaped(gallery.method))). It shows where a network looks, not \
      where disease is.</p>
      <svg class="unseen" width="0" height="0" aria-hidden="true"><filter id="light" color-interpolation-filters="sRGB">\
      <feColorMatrix values="1 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0.5 0.5 0.5 0 0"/></filter></svg>

      """ : ""
    let parts = Gallery.Kind.allCases.map { kind in
      let pictures = gallery.pictures[kind, default: []]
      let body =
        pictures.isEmpty
        ? "<p>None.</p>\n"
        : "<ul class=\"pictures\">\n\(pictures.map(picture).joined())</ul>\n"
      return "<h3>\(kind.title)</h3>\n<p class=\"quiet\">\(kind.explanation)</p>\n\(body)"
    }
    return "<p>Predictions of \(escaped(name)).</p>\n\(slider)\(parts.joined())"
  }

  private func picture(_ picture: Gallery.Picture) -> String {
    let predictions = set.models[gallery.model]
    let image = set.cases[picture.index]
    let isRight = predictions.classes[picture.index] == image.label
    let probability =
      set.isBinary
      ? predictions.scores[picture.index]
      : predictions.probabilities[picture.index][predictions.classes[picture.index]]
    let file = image.path.split(separator: "/").last.map(String.init) ?? image.path
    let heatMap = picture.heatMap.map {
      "<img class=\"heat\" alt=\"\" src=\"data:image/jpeg;base64,\(Format.base64($0))\">"
    }
    let of = set.isBinary ? set.classes[1] : set.classes[predictions.classes[picture.index]]
    return """
      <li class="\(isRight ? "right" : "wrong")"><figure><div class="xray">\
      <img alt="\(escaped(file))" src="data:image/jpeg;base64,\(Format.base64(picture.image))">\
      \(heatMap ?? "")</div>
      <figcaption><b>\(isRight ? "✓" : "✗") \(escaped(set.classes[image.label]))</b>\
      \(isRight ? "" : ", predicted \(escaped(set.classes[predictions.classes[picture.index]]))")<br>
      p(\(escaped(of))) = \(probabilityText(probability))<br>
      <small title="\(escaped(image.path))">\(escaped(file))</small></figcaption></figure></li>

      """
  }
}
