import PneumoCompute
import PneumoKernelABI

/// Gradients of a parameter that each slot adds up on its own, and that are then summed slot by slot.
struct SlotSums: Sendable {
  private let buffer: FloatBuffer
  /// Elements of a slot.
  let count: Int

  init(slots: Int, count: Int) {
    self.count = count
    buffer = FloatBuffer(count: slots * count)
  }

  /// What a slot adds to.
  subscript(slot: Int) -> UnsafeMutablePointer<Float> { buffer.pointer + slot * count }

  /// Adds elements `range` of all other slots to those of slot 0, and returns these.
  func reduce(
    _ range: Range<Int>, slots: Int, _ kernels: KernelTable
  ) -> UnsafeMutablePointer<Float> {
    let total = self[0] + range.lowerBound
    for slot in 1..<max(slots, 1) {
      kernels.training.addScaled(self[slot] + range.lowerBound, 1, total, range.count)
    }
    return total
  }
}
