import PneumoCheckpoint
import PneumoModel
import PneumoSupport
import PneumoSystem

extension Preprocessing {
  /// What is assumed of a network where nothing says how its images were prepared: what the study
  /// does, in gray where the network takes one channel, and unscaled where it begins with a rescaling
  /// of its own.
  package static func assumed(for imported: ImportedModel) -> Preprocessing {
    var result = kerasStudy(size: imported.graph.inputShape.extent)
    if imported.graph.inputShape.channels == 1 {
      result.colorMode = .gray
      (result.scale, result.mean, result.standardDeviation) = ([result.scale[0]], [0], [1])
    }
    if imported.rescaling != nil { result.scale = result.scale.map { _ in 1 } }
    return result
  }

  /// Reads what `--preprocess` names, a preset or a JSON file, or is, an object: with any of the
  /// members `preset`, `color_mode`, `filter`, `scale`, `mean`, `std` and `exif_orientation`.
  ///
  /// - Parameter members: gets the names of the members; empty for a preset.
  package init(
    named name: String, for imported: ImportedModel, members: inout [String]
  ) throws(ImportError) {
    let assumed = Preprocessing.assumed(for: imported)
    let defaults = imported.checkpoint?.preprocessing ?? assumed
    members = []
    if let preset = Preset(rawValue: name) {
      self = preset == .kerasStudy ? assumed : preset.preprocessing(size: assumed.size)
      return
    }
    do throws(ImportError) {
      let json = try JSON(importingFile: name)
      members = (json.members ?? []).map(\.name)
      do throws(JSONError) {
        try self.init(json: json, defaults: defaults)
      } catch {
        throw ImportError(.invalidSetting, error.description)
      }
      guard size == defaults.size else {
        throw ImportError(
          .invalidSetting, "'size' is \(size), the network takes \(defaults.size); leave it out")
      }
    } catch {
      let presets = Preset.allCases.map(\.rawValue).joined(separator: ", ")
      let hint = error.kind == .unreadable ? "; presets are \(presets)" : ""
      throw ImportError(error.kind, error.reason + hint).naming(file: name)
    }
  }
}

extension ModelCard {
  /// Reads the JSON file of a card, or a path that is the JSON object itself.
  package init(contentsOf path: String) throws(ImportError) {
    do throws(ImportError) {
      let json = try JSON(importingFile: path)
      do throws(JSONError) {
        try self.init(json: json)
      } catch {
        throw ImportError(.invalidSetting, error.description)
      }
    } catch {
      throw error.naming(file: path)
    }
  }
}

extension TensorShape {
  /// Height and width of an image; 1 for a vector.
  fileprivate var extent: Extent {
    guard case .image(let height, let width, _) = self else { return Extent(1) }
    return Extent(height: height, width: width)
  }
}

extension JSON {
  /// The value in the small file or pipe at `path`, or in `path` itself where that is an object.
  fileprivate init(importingFile path: String) throws(ImportError) {
    if path.first(where: { !$0.isWhitespace }) == "{" {
      self = try JSON(importing: Array(path.utf8))
      return
    }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFileOrPipe(path, limit: 1 << 20)
    } catch {
      throw ImportError(error)
    }
    self = try JSON(importing: bytes)
  }
}
