import PneumoKernelABI

/// Packs a matrix as its arguments describe.
func packBlocks(_ arguments: UnsafePointer<PackingArguments>) {
  let a = arguments.pointee
  // Elements are copied as raw bits, whatever they represent.
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

// The same code twice, because the linker could share a generic function with other modules.

@inline(never)
private func packFloats(
  _ a: PackingArguments, _ input: UnsafePointer<UInt32>, _ output: UnsafeMutablePointer<UInt32>
) {
  let blocks = (a.columns &+ blockChannels &- 1) / blockChannels
  // SAFETY: the output holds whole blocks; columns beyond the last are not read but set to zero.
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
