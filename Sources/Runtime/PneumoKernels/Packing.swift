import PneumoKernelABI

/// Packs a matrix as its arguments describe.
func packBlocks(_ arguments: UnsafePointer<PackingArguments>) {
  // Elements are copied as raw bits, in words of 16: one for a half, two for a float.
  if arguments.pointee.isHalf {
    packWords(arguments.pointee, wordsPerElement: 1)
  } else {
    packWords(arguments.pointee, wordsPerElement: 2)
  }
}

// Inlined, so that the number of words is a constant of the inner loops.
@inline(__always)
private func packWords(_ a: PackingArguments, wordsPerElement: Int) {
  let input = a.input.assumingMemoryBound(to: UInt16.self)
  let output = a.output.assumingMemoryBound(to: UInt16.self)
  let blockWords = blockChannels &* wordsPerElement
  let columnWords = a.columns &* wordsPerElement
  let blocks = (a.columns &+ blockChannels &- 1) / blockChannels
  // SAFETY: the output holds whole blocks; columns beyond the last are not read but set to zero.
  for block in 0..<blocks {
    var target = output + block &* blockWords &* a.rows
    var source = input + block &* blockWords
    let count = min(blockWords, columnWords &- block &* blockWords)
    for _ in 0..<a.rows {
      if count == blockWords {
        for word in 0..<blockWords { target[word] = source[word] }
      } else {
        for word in 0..<count { target[word] = source[word] }
        for word in count..<blockWords { target[word] = 0 }
      }
      source += a.rowStride &* wordsPerElement
      target += blockWords
    }
  }
}
