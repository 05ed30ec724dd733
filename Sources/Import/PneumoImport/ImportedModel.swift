import PneumoCheckpoint
import PneumoModel
import PneumoSystem

/// A model of another framework as its file says it.
package struct ImportedModel: Sendable {
  /// Layer by layer as in the file; ``SimplifiedGraph`` says what can be simplified.
  package let graph: Graph
  /// A rescaling of the pixels that comes before the graph.
  package let rescaling: Rescaling?
  /// Layers of the file that the graph lacks, because they do nothing at inference.
  package let identities: [IdentityLayer]
  /// What the file is, for example `Keras 3.15.1 model`.
  package let source: String
  /// The network that was named for a file of weights alone.
  package let network: Network?
  /// The checkpoint that the file is, which says all that a model needs.
  package let checkpoint: Checkpoint?

  /// Reads the checkpoint of `pneumo-train`, the Keras model, or weights of `network`, at `path`.
  ///
  /// The format is told by the file's content. A whole model brings its own architecture: naming a
  /// network for it is an error. Weights alone need one.
  package init(contentsOf path: String, network: Network? = nil) throws(ImportError) {
    do throws(ImportError) {
      let (kind, size) = try Self.kind(of: path)
      if kind == .safetensors {
        try self.init(checkpoint: path, network)
        return
      }
      self = try HDF5File.reading(path, size: size) { file throws(ImportError) in
        try ImportedModel(file, network)
      }
    } catch {
      throw error.naming(file: path)
    }
  }

  init(
    graph: Graph, rescaling: Rescaling? = nil, identities: [IdentityLayer] = [],
    source: String = "", network: Network? = nil, checkpoint: Checkpoint? = nil
  ) {
    self.graph = graph
    self.rescaling = rescaling
    self.identities = identities
    self.source = source
    self.network = network
    self.checkpoint = checkpoint
  }

  private init(checkpoint path: String, _ network: Network?) throws(ImportError) {
    if let network {
      throw ImportError(
        .networkMismatch,
        "is a checkpoint with an architecture of its own; drop --network \(network.name)")
    }
    do throws(CheckpointError) {
      let checkpoint = try Checkpoint(contentsOf: path)
      self.init(
        graph: try checkpoint.calibratedGraph(), source: "pneumo-train", checkpoint: checkpoint)
    } catch {
      throw ImportError(error)
    }
  }

  /// What the file is, of those that are read, and its size.
  private static func kind(of path: String) throws(ImportError) -> (FileKind, Int) {
    let bytes: SharedBytes
    do throws(FileError) {
      bytes = try SharedBytes.mapping(path, limit: Limits.fileSize)
    } catch {
      guard error.kind == .notARegularFile, access("\(path)/saved_model.pb", F_OK) == 0 else {
        throw ImportError(error)
      }
      throw ImportError(
        .unknownFormat,
        "is a TensorFlow SavedModel, a folder, which is not read; if Keras 2 wrote it, load it with "
          + "tf_keras.models.load_model and save it with model.save('model.h5')")
    }
    let kind = bytes.withUnsafeBytes { FileKind($0) }
    if case .other(let name, let advice) = kind {
      throw ImportError(
        .unknownFormat,
        "looks like \(name); expected a Keras HDF5 file or a checkpoint of pneumo-train: \(advice)")
    }
    return (kind, bytes.count)
  }

  private init(_ file: borrowing HDF5File, _ network: Network?) throws(ImportError) {
    let root = try file.root()
    let version = try root.string("keras_version").map { " \($0)" } ?? ""
    if let json = try root.string("model_config") {
      if let network {
        throw ImportError(
          .networkMismatch,
          "is a whole model with an architecture of its own; drop --network \(network.name)")
      }
      let architecture = try KerasArchitecture(json: Array(json.utf8))
      // Says all about layers before anything about weights.
      let operations = try architecture.operations()
      guard root.has("model_weights") else {
        throw ImportError(
          .missingWeight, "has an architecture, but no weights: no group 'model_weights'")
      }
      let weights = try KerasWeights(
        try root.group("model_weights"), layout: .groups, of: architecture, operations)
      try self.init(architecture, operations, weights, source: "Keras\(version) model")
      return
    }
    guard let layout = try Self.layoutOfWeights(root) else {
      throw ImportError(
        .notKeras,
        "is HDF5, but neither a Keras model nor Keras weights: it has no model_config, no "
          + "layer_names and no layers; save the model with model.save('model.h5')")
    }
    guard let network else {
      let names = Network.all.map(\.name).joined(separator: " or ")
      throw ImportError(
        .networkNeeded,
        "holds weights without an architecture; name the network with --network \(names), or save "
          + "the whole model with model.save('model.h5')")
    }
    do throws(ImportError) {
      let operations = try network.architecture.operations()
      let weights = try KerasWeights(root, layout: layout, of: network.architecture, operations)
      try self.init(
        network.architecture, operations, weights,
        source: "Keras\(layout == .groups ? version : " 3") weights of \(network.name)",
        network: network)
    } catch {
      throw error.adding("; are these the weights of \(network.name)?")
    }
  }

  /// How a file of weights alone names them; `nil` where it holds none.
  private static func layoutOfWeights(
    _ root: borrowing HDF5Group
  ) throws(ImportError) -> KerasWeights.Layout? {
    if try root.strings("layer_names") != nil { return .groups }
    // The second name is that of Keras 2.13 and its successors.
    return ["layers", "_layer_checkpoint_dependencies"].first { root.has($0) }.map {
      .paths(container: $0)
    }
  }

  private init(
    _ architecture: KerasArchitecture, _ operations: [KerasOperation],
    _ weights: borrowing KerasWeights, source: String, network: Network? = nil
  ) throws(ImportError) {
    let lowering = try KerasLowering.lower(architecture, operations, weights: weights)
    self.init(
      graph: try lowering.graph(), rescaling: lowering.rescaling,
      identities: lowering.identities, source: source, network: network)
  }
}

/// A layer that passes its input on at inference, so that the graph does not have it.
package struct IdentityLayer: Hashable, Sendable {
  /// As in the file, after the names of the models around it.
  package let name: String
  /// Keras' name of its class, for example `RandomFlip`.
  package let className: String
  /// How many nodes of the graph come before it.
  package let position: Int
  package let outputShape: TensorShape
}
