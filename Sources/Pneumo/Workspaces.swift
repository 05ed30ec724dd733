import PneumoCompute
import Synchronization

/// The memory in which one call of a session works.
final class Workspace: Sendable {
  let arena: FloatBuffer

  init(count: Int) { arena = FloatBuffer(count: count) }
}

/// Workspaces that are free, taken and given back without a lock.
final class WorkspacePool: @unchecked Sendable {
  private let elementCount: Int
  // SAFETY: `slotCount` atomics, initialised in `init`, destroyed in `deinit`.
  private let slots: UnsafeMutablePointer<Atomic<Unmanaged<Workspace>?>>
  /// More calls at once than this work too, but allocate.
  private static let slotCount = 64

  init(elementCount: Int) {
    self.elementCount = elementCount
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

  /// A free workspace, or a new one.
  func take() -> Workspace {
    for slot in 0..<Self.slotCount {
      if let workspace = slots[slot].exchange(nil, ordering: .acquiring) {
        return workspace.takeRetainedValue()
      }
    }
    return Workspace(count: elementCount)
  }

  /// Makes `workspace` free.
  func giveBack(_ workspace: Workspace) {
    let reference = Unmanaged.passRetained(workspace)
    for slot in 0..<Self.slotCount {
      let (done, _) = slots[slot].compareExchange(
        expected: nil, desired: reference, ordering: .releasing)
      if done { return }
    }
    reference.release()
  }
}
