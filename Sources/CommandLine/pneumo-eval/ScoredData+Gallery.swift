import Pneumo
import PneumoConcurrency
import PneumoConsole
import PneumoHeatMap
import PneumoImaging
import PneumoReport
import PneumoToolSupport
import Synchronization

extension ScoredData {
  /// Longest side of a picture, in pixels.
  private static let pictureSide = 320

  /// Pictures of what the first model scored. One that can no longer be read is left out, and said so.
  func gallery(of set: PredictionSet, _ command: Evaluate, threads: Int) throws -> Gallery {
    let (count, seed) = (command.gallery, UInt64(command.seed))
    let choices = Gallery.Kind.allCases.map {
      Gallery.choices($0, model: 0, in: set, count: count, seed: seed)
    }
    let model = models[0].model
    let (maker, method) = try Self.heatMapMaker(model, command)
    let labels = model.labels
    let indices = Set(choices.flatMap(\.self)).sorted()
    let pictures = Mutex([Int: Gallery.Picture]())
    let next = Atomic(0)
    let workers = max(1, min(threads, indices.count))
    parallelFor(workers, threads: workers) { _ in
      let decoder = JPEGDecoder()
      let preprocessor = Preprocessor(model.preprocessing)
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard place < indices.count else { return }
        let index = indices[place]
        let shown = set.isBinary ? set.classes[1] : set.classes[set.models[0].classes[index]]
        do {
          let picture = try Self.picture(
            index, set.cases[index].path, decoder, preprocessor, maker,
            label: labels.firstIndex(of: shown) ?? 1)
          pictures.withLock { $0[index] = picture }
        } catch {
          complain("\(error); it is missing among the pictures")
        }
      }
    }
    let found = pictures.withLock { $0 }
    return Gallery(
      model: 0,
      method: method,
      pictures: Dictionary(
        uniqueKeysWithValues: zip(Gallery.Kind.allCases, choices).map { kind, choice in
          (kind, choice.compactMap { found[$0] })
        }))
  }

  /// What makes heat maps, and how, in a few words. A network that Grad-CAM has nothing to show of gets
  /// occlusion.
  private static func heatMapMaker(
    _ model: Model, _ command: Evaluate
  ) throws -> (maker: any HeatMapMaker, method: String) {
    if command.heatmapMethod == .gradcam {
      do {
        return (
          try GradCAM(model, instructionSet: command.isa),
          "Grad-CAM, Selvaraju et al. 2017, at its last convolution"
        )
      } catch is HeatMapError {}
    }
    return (
      try OcclusionMap(model, threads: 1, instructionSet: command.isa),
      "occlusion, Zeiler & Fergus 2014: how much the logit falls where a part is hidden"
    )
  }

  /// - Parameter label: the number of the class that the heat map is of, among the model's labels.
  private static func picture(
    _ index: Int, _ path: String, _ decoder: JPEGDecoder, _ preprocessor: Preprocessor,
    _ maker: any HeatMapMaker, label: Int
  ) throws -> Gallery.Picture {
    let image = try decoder.decode(
      file: path, applyingOrientation: preprocessor.preprocessing.appliesOrientation)
    let scale = min(1, Double(pictureSide) / Double(max(image.width, image.height)))
    let size = Extent(
      height: max(1, Int(Double(image.height) * scale)),
      width: max(1, Int(Double(image.width) * scale)))
    let map = try maker.map(of: preprocessor.tensor(of: image), label: label)
    return Gallery.Picture(
      index: index,
      image: try image.resized(to: size, filter: .bilinear).jpegBytes(quality: 85),
      heatMap: try map.resized(to: size).image.jpegBytes(quality: 85))
  }
}
