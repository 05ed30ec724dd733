import PneumoKernelABI

// sums[r][o] += Σ_n a[n][r] · b[n][o], summed in this order, then added.

/// All rows and columns. The rows of one block of columns come one after the other, so that `b` stays
/// in the first-level cache.
func addOuterProducts(_ arguments: UnsafePointer<OuterProductArguments>) {
  let p = arguments.pointee
  // SAFETY: rows and whole blocks of columns as the caller says.
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
