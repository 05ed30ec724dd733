import Pneumo
import PneumoCompute
import PneumoConsole
import PneumoImaging
import PneumoReport
import Synchronization

extension AnsweredData {
  /// Longest side of a picture, in pixels.
  private static let pictureSide = 320

  /// Pictures of what the first model answered. One that can no longer be read is left out, and said so.
  func gallery(of set: PredictionSet, count: Int, seed: UInt64, threads: Int) -> Gallery {
    let choices = Gallery.Kind.allCases.map {
      Gallery.choices($0, model: 0, in: set, count: count, seed: seed)
    }
    let indices = Set(choices.flatMap(\.self)).sorted()
    let pictures = Mutex([Int: Gallery.Picture]())
    let next = Atomic(0)
    let workers = max(1, min(threads, indices.count))
    parallelFor(workers, threads: workers) { _ in
      let decoder = JPEGDecoder()
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard place < indices.count else { return }
        let index = indices[place]
        do throws(ImageError) {
          let picture = try Self.picture(
            index, set.cases[index].path, decoder,
            applyingOrientation: models[0].model.preprocessing.appliesOrientation)
          pictures.withLock { $0[index] = picture }
        } catch {
          complain("\(error); it is missing among the pictures")
        }
      }
    }
    let found = pictures.withLock { $0 }
    return Gallery(
      model: 0,
      pictures: Dictionary(
        uniqueKeysWithValues: zip(Gallery.Kind.allCases, choices).map { kind, choice in
          (kind, choice.compactMap { found[$0] })
        }))
  }

  private static func picture(
    _ index: Int, _ path: String, _ decoder: JPEGDecoder, applyingOrientation: Bool
  ) throws(ImageError) -> Gallery.Picture {
    let image = try decoder.decode(file: path, applyingOrientation: applyingOrientation)
    let scale = min(1, Double(pictureSide) / Double(max(image.width, image.height)))
    let size = Extent(
      height: max(1, Int(Double(image.height) * scale)),
      width: max(1, Int(Double(image.width) * scale)))
    let small = image.resized(to: size, filter: .bilinear)
    return Gallery.Picture(index: index, image: try small.jpegBytes(quality: 85), heatMap: nil)
  }
}
