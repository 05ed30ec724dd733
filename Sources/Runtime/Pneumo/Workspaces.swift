import PneumoCompute
import Synchronization

/// What the calls of a session work in: runs that are free, taken and given back without a lock.
final class Workspaces: @unchecked Sendable {
  private let plan: Plan
  private let workers: Int
  private let timings: StepTimings?
  // SAFETY: `slotCount` atomics, initialized in `init`, destroyed in `deinit`.
  private let slots: UnsafeMutablePointer<Atomic<Unmanaged<PlanRun>?>>
  /// More calls at once than this work too, but allocate.
  private static let slotCount = 64

  /// - Parameter workers: how many one call keeps busy.
  init(plan: Plan, workers: Int, timings: StepTimings?) {
    self.plan = plan
    self.timings = timings
    self.workers = workers
    slots = .allocate(capacity: Self.slotCount)
    for slot in 0..<Self.slotCount { (slots + slot).initialize(to: Atomic(nil)) }
  }

  deinit {
    for slot in 0..<Self.slotCount {
      slots[slot].exchange(nil, ordering: .acquiring)?.release()
    }
    slots.deinitialize(count: Self.slotCount)
    slots.deallocate()
  }

  /// A free one, or a new one. Throws `outOfMemory` where there is no memory for that.
  func take() throws(ComputeError) -> PlanRun {
    for slot in 0..<Self.slotCount {
      if let run = slots[slot].exchange(nil, ordering: .acquiring) {
        return run.takeRetainedValue()
      }
    }
    return try PlanRun(plan, workers: workers, timings: timings)
  }

  /// Makes `run` free.
  func giveBack(_ run: PlanRun) {
    let reference = Unmanaged.passRetained(run)
    for slot in 0..<Self.slotCount {
      let (done, _) = slots[slot].compareExchange(
        expected: nil, desired: reference, ordering: .releasing)
      if done { return }
    }
    reference.release()
  }
}
