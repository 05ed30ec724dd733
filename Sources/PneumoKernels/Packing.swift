import PneumoKernelABI

/// Packs a matrix in blocks of columns, each block row by row.
func packBlocks(_ arguments: UnsafePointer<PackingArguments>) {
  let a = arguments.pointee
  var output = a.output
  var column = 0
  // SAFETY: the output holds whole blocks; columns beyond the last are zeros, not read.
  while column < a.columns {
    let count = min(blockChannels, a.columns &- column)
    for row in 0..<a.rows {
      let input = a.input + (row &* a.rowStride &+ column)
      if count == blockChannels {
        for lane in 0..<blockChannels { output[lane] = input[lane] }
      } else {
        for lane in 0..<count { output[lane] = input[lane] }
        for lane in count..<blockChannels { output[lane] = 0 }
      }
      output += blockChannels
    }
    column &+= blockChannels
  }
}

/// Packs a matrix of halves in blocks of columns, each block row by row.
func packHalfBlocks(_ arguments: UnsafePointer<HalfPackingArguments>) {
  let a = arguments.pointee
  var output = a.output
  var column = 0
  // SAFETY: the output holds whole blocks; columns beyond the last are zeros, not read.
  while column < a.columns {
    let count = min(blockChannels, a.columns &- column)
    var input = a.input + column
    for _ in 0..<a.rows {
      if count == blockChannels {
        for lane in 0..<blockChannels { output[lane] = input[lane] }
      } else {
        for lane in 0..<count { output[lane] = input[lane] }
        for lane in count..<blockChannels { output[lane] = 0 }
      }
      output += blockChannels
      input += a.columns
    }
    column &+= blockChannels
  }
}
