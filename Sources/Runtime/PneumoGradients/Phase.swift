/// Some of the work of a training step. Phases run one after the other; the parts of one phase run on
/// several threads.
package enum Phase: Sendable {
  /// For each slot of the batch, its images in order. Successive phases of this kind run without
  /// waiting for one another's other slots, so that what one writes is still in the cache of the
  /// thread that goes on.
  case slots(@Sendable (Slot) -> Void)
  /// Numbered parts of equal size, as many as there are.
  case parts(_ count: Int, @Sendable (Int) -> Void)
}

/// A share of the batch, which depends on the size of the batch alone: sums over images run slot by
/// slot, then over slots, so that they have the same bits for any number of threads.
package struct Slot: @unchecked Sendable {
  /// Which slot it is.
  package let index: Int
  /// Its images.
  package let images: Range<Int>
  /// Room that no other slot works in, as much as the layers asked for.
  package let scratch: UnsafeMutablePointer<Float>

  package init(index: Int, images: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    self.index = index
    self.images = images
    self.scratch = scratch
  }
}

/// What a layer needs to know of the batch that is trained on.
package final class Batch: @unchecked Sendable {
  // SAFETY: written between phases only.

  /// The most images of a batch.
  package let capacity: Int
  /// The most slots.
  package let slotCapacity: Int
  /// Images of this batch.
  package var count = 0
  /// Whether dropout and batch statistics are used.
  package var isTraining = false
  /// What dropout draws from: the same numbers give the same masks.
  package var dropoutKey: UInt64 = 0

  package init(capacity: Int) {
    self.capacity = capacity
    slotCapacity = Self.slots(of: capacity)
  }

  /// Few, since each has gradients of its own; enough for the threads of usual machines.
  private static func slots(of count: Int) -> Int { min(8, (count + 3) / 4) }

  /// Slots of this batch.
  package var slotCount: Int { Self.slots(of: count) }

  /// The images of a slot.
  package func images(ofSlot index: Int) -> Range<Int> {
    count * index / slotCount..<count * (index + 1) / slotCount
  }
}
