import PneumoCompute
import PneumoKernelABI

/// A graph made ready for one instruction set: kernels chosen, weights packed, memory laid out.
///
/// Work is split by output tiles, and each output is summed in one fixed order. So an image gets
/// the same bits whatever the batch, its place there, and the number of threads.
struct Plan: Sendable {
  /// Where a value lives. A batch is contiguous: image after image.
  struct Buffer: Hashable, Sendable {
    /// The number of the buffer in the plan; `nil` is the caller's input.
    let index: Int?
    /// Elements of one image.
    let count: Int
  }

  let steps: [Step]
  /// The first steps, which work on one image at a time. The others work on a batch.
  let imageSteps: Int
  /// Where the logits are.
  let output: Buffer
  /// Images that fit the memory for a batch.
  let batch: Int
  private let places: [Place]
  /// Elements for what the steps of a batch read and write.
  private let batchCount: Int
  /// Elements that a thread has for one image, then for a step.
  private let imageCount: Int
  private let scratchCount: Int

  /// Where a buffer starts, in the memory for the batch or in a thread's.
  private struct Place {
    let isForBatch: Bool
    let offset: Int
  }

  /// - Parameter batch: `nil` is as many images as gain from being together and take little memory.
  init(steps: [Step], buffers: [Buffer], input: Buffer, output: Buffer, batch: Int?) {
    self.steps = steps
    self.output = output
    let imageSteps = steps.firstIndex { $0.split.isOfBatch } ?? steps.count
    let uses = Self.uses(of: buffers, steps: steps, output: output)
    let isForBatch = uses.map { $0.upperBound > imageSteps }
    self.imageSteps = imageSteps
    let perImage = zip(buffers, isForBatch).reduce(input.count) { $0 + ($1.1 ? $1.0.count : 0) }
    self.batch = batch ?? max(1, min(Self.usualBatch, Self.usualMemory / perImage))

    var offsets = [Int](repeating: 0, count: buffers.count)
    batchCount = Self.layOut(
      buffers.indices.filter { isForBatch[$0] }, uses, images: self.batch, buffers, &offsets)
    imageCount = Self.layOut(
      buffers.indices.filter { !isForBatch[$0] }, uses, images: 1, buffers, &offsets)
    places = zip(isForBatch, offsets).map { Place(isForBatch: $0, offset: $1) }
    scratchCount = Self.wholeLines(steps.map(\.scratchCount).max() ?? 0)
  }

  /// Larger batches gain little.
  private static let usualBatch = 16
  /// Elements for a batch that nobody chose: 256 MiB.
  private static let usualMemory = 1 << 26

  /// Elements of the memory in which `workers` run the plan.
  func arenaCount(workers: Int) -> Int { batchCount + workers * (imageCount + scratchCount) }

  /// As many threads as `wanted`, or fewer where their memory would have more than `limit` elements.
  func workers(_ wanted: Int, limit: Int) -> Int {
    max(1, min(wanted, (limit - batchCount) / max(imageCount + scratchCount, 1)))
  }

  /// The first element of a buffer.
  ///
  /// - Parameters:
  ///   - input: the first image of the batch.
  ///   - image: the image whose part of the buffer is wanted.
  ///   - worker: the one in whose memory it stands while it is in progress.
  func locate(
    _ buffer: Buffer, input: UnsafePointer<Float>, arena: UnsafeMutablePointer<Float>, image: Int,
    worker: Int
  ) -> UnsafePointer<Float> {
    guard let index = buffer.index else { return input + image * buffer.count }
    let place = places[index]
    return UnsafePointer(
      place.isForBatch
        ? arena + (place.offset + image * buffer.count)
        : arena + (batchCount + worker * (imageCount + scratchCount) + place.offset))
  }

  /// The memory that a worker has for a step.
  func scratch(_ worker: Int, _ arena: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    arena + (batchCount + worker * (imageCount + scratchCount) + imageCount)
  }

  /// Whole cache lines, so that two buffers never share one.
  private static func wholeLines(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// From the first step that touches each buffer to behind the last.
  private static func uses(of buffers: [Buffer], steps: [Step], output: Buffer) -> [Range<Int>] {
    var uses = [Range<Int>?](repeating: nil, count: buffers.count)
    for (number, step) in steps.enumerated() {
      for case let index? in [step.input.index, step.other?.index, step.output.index] {
        uses[index] = (uses[index]?.lowerBound ?? number)..<number + 1
      }
    }
    // Whoever ran the plan reads the output.
    if let index = output.index { uses[index] = (uses[index]?.lowerBound ?? 0)..<steps.count + 1 }
    return uses.map { $0 ?? 0..<1 }
  }

  /// Gives each of the buffers `indices` the first gap that is free while it is in use; returns the
  /// number of elements that they take together.
  private static func layOut(
    _ indices: [Int], _ uses: [Range<Int>], images: Int, _ buffers: [Buffer],
    _ offsets: inout [Int]
  ) -> Int {
    struct Block {
      let range: Range<Int>
      let end: Int
    }
    var live: [Block] = []  // ordered by offset
    var count = 0
    for index in indices.sorted(by: { uses[$0].lowerBound < uses[$1].lowerBound }) {
      live.removeAll { $0.end <= uses[index].lowerBound }
      let size = wholeLines(buffers[index].count * images)
      var offset = 0
      var place = 0
      while place < live.count, live[place].range.lowerBound - offset < size {
        offset = live[place].range.upperBound
        place += 1
      }
      offsets[index] = offset
      live.insert(Block(range: offset..<offset + size, end: uses[index].upperBound), at: place)
      count = max(count, offset + size)
    }
    return count
  }
}
