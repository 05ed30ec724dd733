import PneumoModel
import Synchronization

/// The output of one layer.
public struct LayerOutput: Sendable {
  /// The name of the layer in the graph.
  public let layer: String
  /// The shape of ``values``.
  public let shape: TensorShape
  /// Rows of pixels of channels.
  public let values: [Float]
}

/// Where the time of a session went: one kernel of one layer.
public struct LayerProfile: Sendable {
  /// The name of the layer in the graph.
  public let layer: String
  /// Instruction set and kernel, for example `avx512.conv3x3s2DirectBiasReLU`.
  public let kernel: String
  /// How many images the times are for.
  public let images: Int
  /// Time of all threads together, for all images.
  public let seconds: Double
  /// For all images; a multiplication with an addition counts as two.
  public let floatingPointOperations: Int

  /// Billions of floating-point operations a second and thread.
  public var gigaflops: Double {
    seconds > 0 ? Double(floatingPointOperations) / seconds / 1e9 : 0
  }
}

/// Sums of times that several threads add to.
final class StepTimings: @unchecked Sendable {
  private let count: Int
  // SAFETY: `count` atomics, initialized in `init`, destroyed in `deinit`.
  private let nanoseconds: UnsafeMutablePointer<Atomic<Int>>
  private let imageCount = Atomic(0)

  init(count: Int) {
    self.count = count
    nanoseconds = .allocate(capacity: count)
    for step in 0..<count { (nanoseconds + step).initialize(to: Atomic(0)) }
  }

  deinit {
    nanoseconds.deinitialize(count: count)
    nanoseconds.deallocate()
  }

  var images: Int { imageCount.load(ordering: .relaxed) }

  func addImages(_ count: Int) { imageCount.wrappingAdd(count, ordering: .relaxed) }

  func add(_ duration: Duration, to step: Int) {
    let (seconds, attoseconds) = duration.components
    let time = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    nanoseconds[step].wrappingAdd(time, ordering: .relaxed)
  }

  func seconds(of step: Int) -> Double {
    Double(nanoseconds[step].load(ordering: .relaxed)) / 1e9
  }
}
