import PneumoKernelABI

/// One kernel over a batch: part of a layer, a whole one, or several fused.
struct Step: Sendable {
  /// How the work of a step is split. Never by the number of threads: see ``Plan``.
  enum Split {
    /// Each image is split in this many tiles.
    case image(tiles: Int)
    /// Each tile works on all images of the batch, so that weights are read once for all.
    case batch(tiles: Int)
  }

  /// What one tile of a step works on: an image, or a whole batch.
  struct Tile {
    let input: UnsafePointer<Float>
    /// The second input of a step that has two.
    let other: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// How many images there are where a tile works on all of them.
    let images: Int
    let index: Int
  }

  /// The node that the step is part of.
  let node: Int
  let kernel: String
  /// Multiplications with additions for one image.
  let multiplyAdds: Int
  let input: Plan.Buffer
  let other: Plan.Buffer?
  let output: Plan.Buffer
  let split: Split
  let body: @Sendable (Tile) -> Void
}
