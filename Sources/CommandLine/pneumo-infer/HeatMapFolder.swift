import Pneumo
import PneumoConcurrency
import PneumoHeatMap
import PneumoImaging
import PneumoPipeline
import PneumoSystem
import PneumoToolSupport
import Synchronization

/// A folder of X-rays with their heat maps, one for each image that was answered.
final class HeatMapFolder {
  /// How heat maps are made and drawn.
  struct Options {
    let method: HeatMapMethod
    /// 0...1.
    let opacity: Float
    /// The number of the class that is looked for; `nil` is the positive one of two, else the answer.
    let label: Int?
    let threads: Int
    let instructionSet: String?
  }

  private let path: String
  private let model: Model
  private let options: Options
  private let maker: any HeatMapMaker
  /// How often each name was given away.
  private var names: [String: Int] = [:]

  /// Makes the folder and the model ready.
  init(_ path: String, _ model: Model, _ options: Options) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.model = model
    self.options = options
    maker =
      switch options.method {
      case .gradcam: try GradCAM(model, instructionSet: options.instructionSet)
      case .occlusion:
        try OcclusionMap(model, threads: options.threads, instructionSet: options.instructionSet)
      }
    try makeFolder(self.path)
  }

  /// Writes a picture for each outcome that is an answer; answers, for each outcome, where it is, or
  /// why there is none.
  func write(_ outcomes: [Outcome]) -> [Result<String, HeatMapFolderError>?] {
    let targets = outcomes.map { outcome -> String? in
      guard case .success = outcome.result else { return nil }
      return "\(path)/\(name(for: outcome.path))"
    }
    let results = Mutex(
      [Result<String, HeatMapFolderError>?](repeating: nil, count: outcomes.count))
    let (maker, model, options) = (maker, model, options)
    // Occlusion keeps all threads busy with one image.
    let threads = options.method == .occlusion ? 1 : options.threads
    parallelFor(outcomes.count, threads: threads) { index in
      guard let target = targets[index], case .success(let prediction) = outcomes[index].result
      else { return }
      let label = options.label ?? (model.labels.count == 2 ? 1 : prediction.labelIndex)
      let result: Result<String, HeatMapFolderError>
      do {
        try Self.write(outcomes[index].path, to: target, maker, model, label, options.opacity)
        result = .success(target)
      } catch {
        result = .failure(HeatMapFolderError(description: "\(error)"))
      }
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0 }
  }

  private static func write(
    _ path: String, to target: String, _ maker: any HeatMapMaker, _ model: Model, _ label: Int,
    _ opacity: Float
  ) throws {
    let image = try JPEGDecoder().decode(
      file: path, applyingOrientation: model.preprocessing.appliesOrientation)
    let tensor = Preprocessor(model.preprocessing).tensor(of: image)
    let map = try maker.map(of: tensor, label: label)
    let picture = map.overlay(on: image, opacity: opacity)
    try writeAtomically(
      picture.jpegBytes(quality: 90, subsampling: .none), to: target)
  }

  /// The file's name with another ending, and a number where that was given away.
  private func name(for path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    names[stem, default: 0] += 1
    let count = names[stem, default: 1]
    return "\(stem)\(count > 1 ? "-\(count)" : "").heatmap.jpeg"
  }
}

/// Why there is no picture. `description` is one sentence that names the file.
struct HeatMapFolderError: Error, CustomStringConvertible {
  let description: String
}
