import Foundation

/// What `Benchmarks/pipelines.py` times.
struct PythonPipelines {
  private let words: [String]

  /// Prepares a Python for `model` and the files of `folder`.
  init(model: String, folder: String, threads: Int, _ python: String?) throws {
    let environment = try PythonEnvironment(python)
    let needed = Engine(
      name: "pipelines", title: "Python pipelines",
      modules: ["onnxruntime", "onnx", "PIL", "cv2"],
      packages: ["onnxruntime", "onnx", "pillow", "opencv-python-headless"])
    if let reason = try environment.prepare(needed) {
      throw BenchError("Python pipelines cannot be timed: \(reason)")
    }
    words = [
      environment.python, Checkout.path("Benchmarks/pipelines.py"), model, folder, "--threads",
      "\(threads)", "--scratch", PythonEnvironment.scratch,
    ]
  }

  /// One pass of each way.
  func run() throws -> [PipelineRun] {
    let done = try Command.run(words)
    guard done.exitCode == 0 else { throw BenchError("Benchmarks/pipelines.py: \(done.reason)") }
    return try done.output.split(whereSeparator: \.isNewline).map {
      try JSONDecoder().decode(PipelineRun.self, from: Data($0.utf8))
    }
  }
}
