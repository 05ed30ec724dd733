import Foundation
import Pneumo

/// A network to be timed, with its expected output.
struct Workload {
  /// `reference`, or the path of the model file.
  let name: String
  /// The network.
  let model: Model
  /// Its expected output.
  let expectation: Expectation
  /// Milliseconds taken to read the file; `nil` if there is none.
  let readMilliseconds: Double?

  /// Image height in pixels, which `peers.py` calls `size`.
  var size: Int { model.preprocessing.size.height }

  /// Makes the reference network for images of `size` × `size`.
  static func reference(size: Int) throws -> Workload {
    let model = try ReferenceNetwork.model(size: size)
    let recorded = try Expectation.recorded("reference", size: size)
    return Workload(
      name: "reference", model: model,
      expectation: try recorded ?? Expectation.computed(model), readMilliseconds: nil)
  }

  /// Reads the model in the file at `path`.
  static func file(_ path: String) throws -> Workload {
    var model: Model?
    let milliseconds = try Timings.time { model = try Model(contentsOf: path) }
    guard let model else { preconditionFailure("read or thrown") }
    return Workload(
      name: path, model: model, expectation: try expectation(of: model, at: path),
      readMilliseconds: milliseconds)
  }

  /// The recorded logits for a model that the package ships, computed ones for any other.
  private static func expectation(of model: Model, at path: String) throws -> Expectation {
    let file = URL(filePath: path).standardizedFileURL.path
    for network in try Goldens.load().networks where network.name != "reference" {
      if file == Checkout.path(network.name),
        let recorded = try Expectation.recorded(network.name, size: network.size)
      {
        return recorded
      }
    }
    return try Expectation.computed(model)
  }
}
