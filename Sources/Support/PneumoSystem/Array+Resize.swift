extension [UInt8] {

  /// Takes the length `count`, in the same storage where it is large enough, with any bytes.
  package mutating func resize(to count: Int) {
    if count <= self.count {
      removeLast(self.count - count)
    } else if count <= capacity {
      append(contentsOf: repeatElement(0, count: count - self.count))
    } else {
      // SAFETY: every bit pattern is a byte. Memory that is not written is not taken either: what
      // declares a huge size and brings little costs address space only.
      self = [UInt8](unsafeUninitializedCapacity: count) { _, initialized in
        initialized = count
      }
    }
  }
}
