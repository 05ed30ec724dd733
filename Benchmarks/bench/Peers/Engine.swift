/// Another inference engine, as `Benchmarks/peers.py` calls it.
struct Engine: Hashable {
  /// Its name in `peers.py`.
  let name: String
  /// Its display name.
  let title: String
  /// Modules that `peers.py` imports to time it.
  let modules: [String]
  /// The packages that provide them, as arguments of `pip install`.
  let packages: [String]

  /// All engines that can be timed. `tensorflow` converts LiteRT's model; `onnx` writes the model
  /// that others read.
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
      // PyTorch's own index has a CPU-only package, without gigabytes of GPU libraries.
      packages: ["torch", "--index-url", "https://download.pytorch.org/whl/cpu"]),
    Engine(
      name: "tensorflow", title: "TensorFlow", modules: ["tensorflow"],
      packages: ["tensorflow-cpu"]),
    Engine(name: "mnn", title: "MNN", modules: ["MNN", "onnx"], packages: ["mnn", "onnx"]),
  ]

  /// The display name of the engine `name`, ours included.
  static func title(_ name: String) -> String {
    name == "pneumo" ? "Pneumo" : all.first { $0.name == name }?.title ?? name
  }
}
