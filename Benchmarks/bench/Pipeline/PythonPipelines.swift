import Foundation

/// The Python pipelines that `Benchmarks/pipelines.py` times.
struct PythonPipelines {
  private let command: [String]

  /// Prepares a Python environment to classify the files of `folder` with `model`.
  init(model: String, folder: String, threads: Int, _ python: String?) throws {
    let environment = try PythonEnvironment(python)
    let needed = Engine(
      name: "pipelines", title: "Python pipelines",
      modules: ["onnxruntime", "onnx", "PIL", "cv2"],
      packages: ["onnxruntime", "onnx", "pillow", "opencv-python-headless"])
    if let reason = try environment.prepare(needed) {
      throw BenchError("Python pipelines cannot be timed: \(reason)")
    }
    command = [
      environment.python, Checkout.path("Benchmarks/pipelines.py"), model, folder, "--threads",
      "\(threads)", "--scratch", PythonEnvironment.scratch,
    ]
  }

  /// Runs each pipeline once.
  func run() throws -> [PipelineRun] {
    let done = try Command.run(command)
    guard done.exitCode == 0 else { throw BenchError("Benchmarks/pipelines.py: \(done.reason)") }
    return try done.output.split(whereSeparator: \.isNewline).map {
      try JSONDecoder().decode(PipelineRun.self, from: Data($0.utf8))
    }
  }
}
