import Pneumo
import PneumoClassifier
import PneumoHeatMap
import PneumoImaging
import PneumoSystem
import PneumoToolSupport
import Synchronization

/// A folder of X-rays with their heat maps, one for each image that was classified.
final class HeatMapFolder: Sendable {
  /// How heat maps are made and drawn.
  struct Options {
    let method: HeatMapMethod
    /// 0 to 1.
    let opacity: Float
    /// The index of the class to explain. By default, the positive one of two, otherwise the
    /// predicted one.
    let label: Int?
    let threads: Int
    let instructionSet: String?
  }

  private struct State {
    /// Names that were given away, in lower case: some file systems do not tell case apart.
    var names: Set<String> = []
    /// The name for the heat map of each input in work.
    var nameByInput: [Int: String] = [:]
    /// What became of each, until it is asked for.
    var results: [Int: Result<String, HeatMapFolderError>] = [:]
    /// Whether each folder of inputs is this folder.
    var isHere: [String: Bool] = [:]
  }

  private let path: String
  private let model: Model
  private let opacity: Float
  private let label: Int?
  private let maker: any HeatMapMaker
  private let resolved: String?
  private let state = Mutex(State())

  /// Makes the folder, and prepares the model.
  init(_ path: String, _ model: Model, _ options: Options) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.model = model
    opacity = options.opacity
    label = options.label
    maker =
      switch options.method {
      case .gradcam: try GradCAM(model, instructionSet: options.instructionSet)
      case .occlusion:
        try OcclusionMap(
          model, threads: options.threads, instructionSet: options.instructionSet)
      }
    try makeFolder(self.path)
    resolved = resolvedPath(self.path)
  }

  /// Refuses a folder for heat maps among the images: the next run would classify the heat maps.
  static func check(_ path: String, inputs: [String]) throws {
    for input in inputs where input != "-" && isInside(path, folder: input) {
      throw FileError(
        .system, path: path,
        reason:
          "lies in \(input), whose images are classified: the next run would classify the heat "
          + "maps too; use a folder outside it")
    }
  }

  /// Chooses the name for the heat map of an input. Call this in the order of the inputs.
  ///
  /// Returns the input; an image in this folder, where a heat map might replace it, is an error.
  func reservingName(for input: BatchInput, index: Int) -> BatchInput {
    guard case .file(let file) = input.source else { return input }
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? "."
    let isHere = state.withLock { state in
      if let known = state.isHere[folder] { return known }
      let isHere = resolved != nil && resolvedPath(folder) == resolved
      state.isHere[folder] = isHere
      return isHere
    }
    if isHere {
      let reason = "lies in the folder for heat maps, \(path); use another folder"
      return BatchInput(.none(ImageError(.unreadable, reason, file: file)))
    }
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    state.withLock { state in
      var number = 1
      while true {
        let candidate = stem + (number > 1 ? "-\(number)" : "") + ".heatmap.jpeg"
        if state.names.insert(candidate.lowercased()).inserted {
          state.nameByInput[index] = candidate
          break
        }
        number += 1
      }
    }
    return input
  }

  /// Writes the heat map of an image, if it was classified. Called by the worker that holds the image.
  func write(_ outcome: Outcome<Classification>, _ decoded: DecodedImage) {
    guard case .success(let found) = outcome.result,
      let name = state.withLock({ $0.nameByInput.removeValue(forKey: outcome.index) })
    else { return }
    let label = label ?? (model.labels.count == 2 ? 1 : found.prediction.labelIndex)
    let target = "\(path)/\(name)"
    let result: Result<String, HeatMapFolderError>
    do {
      let map = try maker.map(of: decoded.tensor, label: label)
      let picture = map.overlay(on: decoded.image, opacity: opacity)
      try writeAtomically(picture.jpegBytes(quality: 90, subsampling: .none), to: target)
      result = .success(target)
    } catch {
      let file = outcome.file.map { "\($0): no heat map: " } ?? ""
      result = .failure(HeatMapFolderError(description: "\(file)\(error)"))
    }
    state.withLock { $0.results[outcome.index] = result }
  }

  /// Where the heat map of an input is, or why there is none; `nil` if the input was not classified.
  func takeResult(index: Int) -> Result<String, HeatMapFolderError>? {
    state.withLock { $0.results.removeValue(forKey: index) }
  }
}

/// Why there is no heat map: one sentence that names the file.
struct HeatMapFolderError: Error, CustomStringConvertible {
  let description: String
}
