import PneumoKernelABI

// sums[r][o] += Σ_n a[n][r] · b[n][o], where the sum over n runs in this order before it is added.

/// Computes all rows and columns. All rows of one block of columns are computed before the next
/// block, so that `b` stays in the L1 cache.
func addOuterProducts(_ arguments: UnsafePointer<OuterProductArguments>) {
  let p = arguments.pointee
  // SAFETY: the caller guarantees the number of rows, and that columns form whole blocks.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: blockChannels) { zeros in
    zeros.initialize(repeating: 0)
    let zeros = UnsafePointer(zeros.baseAddress!)
    var column = 0
    while column < p.columns {
      var row = 0
      while row < p.rows {
        row &+= addOuterTile(
          p, p.a + row, p.b + column, p.sums + (row &* p.sumStride &+ column), zeros,
          p.rows &- row)
      }
      column &+= blockChannels
    }
  }
}
