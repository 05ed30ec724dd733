import PneumoKernelABI

/// One kernel over a batch: part of a layer, a whole one, or several fused.
struct Step: Sendable {
  /// How the work of a step is split in tiles. Which tiles there are never changes a result.
  enum Split {
    /// Each image is split in this many tiles.
    case image(tiles: Int)
    /// Each tile works on all images of the batch, so that weights are read once for all.
    case batch(tiles: Int)
    /// An image has this many units, and a tile is a run of units, at most `longest`.
    case runs(units: Int, longest: Int)

    var isOfBatch: Bool { if case .batch = self { true } else { false } }

    /// How many tiles there are for `images` images and up to `workers` workers.
    func tiles(images: Int, workers: Int) -> Int {
      switch self {
      case .image(let tiles): return images * tiles
      case .batch(let tiles): return tiles
      case .runs(let units, let longest):
        let least = (units + longest - 1) / longest
        // Few tiles are made as many for each thread.
        let each =
          least >= 4 * workers ? least : min(units, (least + workers - 1) / workers * workers)
        return images * each
      }
    }
  }

  /// What one tile of a step works on: an image, or a whole batch.
  struct Tile {
    let input: UnsafePointer<Float>
    /// The second input of a step that has two.
    let other: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// Memory of the thread's own, ``Step/scratchCount`` elements.
    let scratch: UnsafeMutablePointer<Float>
    /// How many images there are where a tile works on all of them.
    let images: Int
    /// Which units of the image the tile is, or one, its number, where there are no units.
    let units: Range<Int>

    var index: Int { units.lowerBound }
  }

  /// The layer that the step belongs to, or the first of several.
  let node: Int
  /// The layer whose output is in ``output`` when the step is done.
  let lastNode: Int
  let kernel: String
  /// Multiplications with additions for one image, as the layer's definition counts them.
  let multiplyAdds: Int
  let input: Plan.Buffer
  let other: Plan.Buffer?
  let output: Plan.Buffer
  let split: Split
  /// Elements that each thread needs for itself.
  let scratchCount: Int
  let body: @Sendable (Tile) -> Void

  /// Computes tile `number` of `count`.
  ///
  /// - Parameters: the first elements of what the images read and write, and of the thread's memory.
  func run(
    tile number: Int, of count: Int, images: Int, input: UnsafePointer<Float>,
    other: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if split.isOfBatch {
      body(
        Tile(
          input: input, other: other, output: output, scratch: scratch, images: images,
          units: number..<number + 1))
      return
    }
    let tiles = count / images
    let (image, index) = number.quotientAndRemainder(dividingBy: tiles)
    var units = index..<index + 1
    if case .runs(let all, _) = split { units = all * index / tiles..<all * (index + 1) / tiles }
    body(
      Tile(
        input: input + image * self.input.count, other: other + image * (self.other?.count ?? 0),
        output: output + image * self.output.count, scratch: scratch, images: 1, units: units))
  }
}
