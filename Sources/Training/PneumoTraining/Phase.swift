/// Some of the work of a training step. Phases run one after the other; the parts of one phase run on
/// several threads.
enum Phase: Sendable {
  /// For each slot of the batch, its images in order. Successive phases of this kind run without
  /// waiting for one another's other slots, so that what one writes is still in the cache of the
  /// thread that goes on.
  case slots(@Sendable (Slot) -> Void)
  /// Numbered parts of equal size, as many as there are.
  case parts(_ count: Int, @Sendable (Int) -> Void)
}

/// A share of the batch, which depends on the size of the batch alone: sums over images run slot by
/// slot, then over slots, so that they have the same bits for any number of threads.
struct Slot: @unchecked Sendable {
  /// Which slot it is.
  let index: Int
  /// Its images.
  let images: Range<Int>
  /// Room that no other slot works in, as much as the layers asked for.
  let scratch: UnsafeMutablePointer<Float>
}

/// What a layer needs to know of the batch that is trained on.
final class Batch: @unchecked Sendable {
  // SAFETY: written between phases only.

  /// The most images of a batch.
  let capacity: Int
  /// The most slots.
  let slotCapacity: Int
  /// Images of this batch.
  var count = 0
  /// Whether dropout and batch statistics are used.
  var isTraining = false
  /// What dropout draws from: the same numbers give the same masks.
  var dropoutKey: UInt64 = 0

  init(capacity: Int) {
    self.capacity = capacity
    slotCapacity = Self.slots(of: capacity)
  }

  /// Few, since each has gradients of its own; enough for the threads of usual machines.
  private static func slots(of count: Int) -> Int { min(8, (count + 3) / 4) }

  /// Slots of this batch.
  var slotCount: Int { Self.slots(of: count) }

  /// The images of a slot.
  func images(ofSlot index: Int) -> Range<Int> {
    count * index / slotCount..<count * (index + 1) / slotCount
  }
}
