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
  /// Where the logits are.
  let output: Buffer
  /// Images that fit the arena at once.
  let batch: Int
  /// First element of each buffer in the arena.
  private let offsets: [Int]
  /// Elements of the arena.
  let arenaCount: Int

  /// - Parameter batch: `nil` is as many images as gain from being together and keep arena and input
  ///   small.
  init(steps: [Step], buffers: [Buffer], input: Buffer, output: Buffer, batch: Int?) {
    self.steps = steps
    self.output = output
    let alone = Self.layOut(buffers, steps: steps, output: output, batch: 1)
    self.batch =
      batch ?? max(1, min(Self.usualBatch, Self.usualMemory / (alone.count + input.count)))
    (offsets, arenaCount) = Self.layOut(buffers, steps: steps, output: output, batch: self.batch)
  }

  /// Larger batches gain little.
  private static let usualBatch = 8
  /// Elements of arena and input of a batch that nobody chose: 256 MiB.
  private static let usualMemory = 1 << 26

  /// Runs all steps on `images` images, at most ``batch``.
  ///
  /// - Parameters:
  ///   - input: `images` tensors of the graph's input, rows of pixels of channels.
  ///   - arena: ``arenaCount`` elements; afterwards ``output`` is among them.
  ///   - didRun: called after each step with its number and where its output lies.
  func run(
    images: Int, input: UnsafePointer<Float>, arena: UnsafeMutablePointer<Float>, threads: Int,
    didRun: ((Int, UnsafePointer<Float>) -> Void)? = nil
  ) {
    for number in steps.indices {  // `enumerated()` allocates in unoptimised builds
      let step = steps[number]
      let source = locate(step.input, input, arena)
      let other = step.other.map { locate($0, input, arena) } ?? source
      // SAFETY: only `input` is read-only, and no step writes to it. Pointers are used within the
      // call; tiles write disjoint parts of the output.
      nonisolated(unsafe) let output = UnsafeMutablePointer(
        mutating: locate(step.output, input, arena))
      nonisolated(unsafe) let (first, second) = (source, other)
      switch step.split {
      case .image(let tiles):
        let otherCount = step.other?.count ?? 0
        parallelFor(images * tiles, threads: threads) { item in
          let (image, tile) = item.quotientAndRemainder(dividingBy: tiles)
          step.body(
            Step.Tile(
              input: first + image * step.input.count, other: second + image * otherCount,
              output: output + image * step.output.count, images: 1, index: tile))
        }
      case .batch(let tiles):
        parallelFor(tiles, threads: threads) { tile in
          step.body(
            Step.Tile(input: first, other: second, output: output, images: images, index: tile))
        }
      }
      didRun?(number, UnsafePointer(output))
    }
  }

  /// The first element of a buffer.
  func locate(
    _ buffer: Buffer, _ input: UnsafePointer<Float>, _ arena: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    buffer.index.map { UnsafePointer(arena + offsets[$0]) } ?? input
  }

  /// Gives each buffer the first gap of the arena that is free while it is in use.
  private static func layOut(
    _ buffers: [Buffer], steps: [Step], output: Buffer, batch: Int
  ) -> (offsets: [Int], count: Int) {
    struct Block {
      let index: Int
      let range: Range<Int>
      let lastUse: Int
    }
    var firstUse = [Int](repeating: .max, count: buffers.count)
    var lastUse = [Int](repeating: -1, count: buffers.count)
    for (number, step) in steps.enumerated() {
      for case let index? in [step.input.index, step.other?.index, step.output.index] {
        firstUse[index] = min(firstUse[index], number)
        lastUse[index] = number
      }
    }
    if let index = output.index { lastUse[index] = steps.count }

    var offsets = [Int](repeating: 0, count: buffers.count)
    var live: [Block] = []  // ordered by offset
    var count = 0
    for index in buffers.indices.sorted(by: { firstUse[$0] < firstUse[$1] }) {
      live.removeAll { $0.lastUse < firstUse[index] }
      // Whole cache lines, so that two buffers never share one.
      let size = (buffers[index].count * batch + 15) / 16 * 16
      var offset = 0
      var place = 0
      while place < live.count, live[place].range.lowerBound - offset < size {
        offset = live[place].range.upperBound
        place += 1
      }
      offsets[index] = offset
      live.insert(
        Block(index: index, range: offset..<offset + size, lastUse: lastUse[index]), at: place)
      count = max(count, offset + size)
    }
    return (offsets, count)
  }
}
