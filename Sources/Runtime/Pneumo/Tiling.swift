/// Rows of an image in tiles of equal size, as many as suit any sensible number of threads.
struct Tiling: Sendable {
  private let count: Int
  private let size: Int

  init(count: Int) {
    self.count = count
    size = max(1, (count + 15) / 16)
  }

  var tiles: Int { (count + size - 1) / size }

  subscript(tile: Int) -> Range<Int> { tile * size..<min((tile + 1) * size, count) }
}
