import PneumoKernelABI

/// Packs a matrix as its arguments tell.
func packBlocks(_ arguments: UnsafePointer<PackingArguments>) {
  let a = arguments.pointee
  // The bits of elements are moved, whatever they mean.
  if a.isHalf {
    packHalves(
      a, a.input.assumingMemoryBound(to: UInt16.self),
      a.output.assumingMemoryBound(to: UInt16.self))
  } else {
    packFloats(
      a, a.input.assumingMemoryBound(to: UInt32.self),
      a.output.assumingMemoryBound(to: UInt32.self))
  }
}

// The same twice, since a generic function would not be the module's own.

@inline(never)
private func packFloats(
  _ a: PackingArguments, _ input: UnsafePointer<UInt32>, _ output: UnsafeMutablePointer<UInt32>
) {
  let blocks = (a.columns &+ blockChannels &- 1) / blockChannels
  // SAFETY: the output holds whole blocks; columns beyond the last are zeros, not read.
  for block in 0..<blocks {
    var target = output + block &* blockChannels &* a.rows
    var source = input + block &* blockChannels
    let count = min(blockChannels, a.columns &- block &* blockChannels)
    for _ in 0..<a.rows {
      if count == blockChannels {
        for lane in 0..<blockChannels { target[lane] = source[lane] }
      } else {
        for lane in 0..<count { target[lane] = source[lane] }
        for lane in count..<blockChannels { target[lane] = 0 }
      }
      source += a.rowStride
      target += blockChannels
    }
  }
}

@inline(never)
private func packHalves(
  _ a: PackingArguments, _ input: UnsafePointer<UInt16>, _ output: UnsafeMutablePointer<UInt16>
) {
  let blocks = (a.columns &+ blockChannels &- 1) / blockChannels
  // SAFETY: as above.
  for block in 0..<blocks {
    var target = output + block &* blockChannels &* a.rows
    var source = input + block &* blockChannels
    let count = min(blockChannels, a.columns &- block &* blockChannels)
    for _ in 0..<a.rows {
      if count == blockChannels {
        for lane in 0..<blockChannels { target[lane] = source[lane] }
      } else {
        for lane in 0..<count { target[lane] = source[lane] }
        for lane in count..<blockChannels { target[lane] = 0 }
      }
      source += a.rowStride
      target += blockChannels
    }
  }
}
