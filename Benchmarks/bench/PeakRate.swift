import Dispatch
import PneumoCompute
import PneumoKernelABI

/// The peak rate of this machine's multiply-add units.
enum PeakRate {
  /// The combined rate of `threads` threads in GFLOP/s: the best of several runs of a few
  /// milliseconds each, since interference from other programs can only lower it.
  static func gigaflops(_ kernels: KernelTable, threads: Int) -> Double {
    let sums = FloatBuffer(count: threads * kernels.blockChannels)
    let rounds = 2_000_000 / kernels.blockChannels
    var best = 0.0
    for _ in 0..<20 {
      let start = ContinuousClock.now
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        // SAFETY: each thread has `blockChannels` elements of its own.
        for _ in 0..<8 {
          _ = kernels.multiplyAddPeak(rounds, sums.pointer + thread * kernels.blockChannels)
        }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let multiplyAdds = 8 * threads * kernels.multiplyAddPeak(1, sums.pointer) * rounds
      best = max(best, 2 * Double(multiplyAdds) / seconds / 1e9)
    }
    return best
  }
}
