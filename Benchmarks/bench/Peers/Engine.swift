/// Another inference engine, as `Benchmarks/peers.py` calls it.
struct Engine: Hashable {
  /// Its name in `peers.py`.
  let name: String
  /// Its name among people.
  let title: String
  /// Modules that `peers.py` imports to time it.
  let modules: [String]
  /// Packages that hold them, as arguments of `pip install`.
  let packages: [String]

  /// All that can be timed. `tensorflow` converts LiteRT's model, `onnx` writes that of others.
  static let all = [
    Engine(name: "ncnn", title: "ncnn", modules: ["ncnn"], packages: ["ncnn"]),
    Engine(
      name: "onnxruntime", title: "ONNX Runtime", modules: ["onnxruntime", "onnx"],
      packages: ["onnxruntime", "onnx"]),
    Engine(
      name: "openvino", title: "OpenVINO", modules: ["openvino", "onnx"],
      packages: ["openvino", "onnx"]),
    Engine(
      name: "litert", title: "LiteRT", modules: ["ai_edge_litert", "tensorflow"],
      packages: ["ai-edge-litert", "tensorflow-cpu"]),
    Engine(
      name: "torch", title: "PyTorch", modules: ["torch"],
      // Its own index has a package without gigabytes of libraries for graphics cards.
      packages: ["torch", "--index-url", "https://download.pytorch.org/whl/cpu"]),
    Engine(
      name: "tensorflow", title: "TensorFlow", modules: ["tensorflow"],
      packages: ["tensorflow-cpu"]),
    Engine(name: "mnn", title: "MNN", modules: ["MNN", "onnx"], packages: ["mnn", "onnx"]),
  ]

  /// What people call the engine `name`, ours included.
  static func title(_ name: String) -> String {
    name == "pneumo" ? "Pneumo" : all.first { $0.name == name }?.title ?? name
  }
}
