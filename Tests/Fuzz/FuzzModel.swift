// Entry point for libFuzzer, for the reader of .pnm files: `Tools/fuzz model`.

/// Reads `data` unchanged, then again with repaired checksums. A model that can be read must
/// survive a round trip; any other input must give an error rather than a trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzModel(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var bytes = [UInt8](UnsafeBufferPointer(start: data, count: count))
  check(bytes)
  ModelFileParts.repairChecksums(of: &bytes)
  check(bytes)
  return 0
}

private func check(_ bytes: [UInt8]) {
  guard let model = try? Model(bytes: bytes) else { return }
  let encoded = model.encoded()
  precondition(encoded == bytes, "a model has one encoding")
  precondition((try? Model(bytes: encoded)) == model, "a model survives a round trip")
}

/// Mutates one section, so that inserted and removed bytes leave a well-formed container.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateModel(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: UInt32
) -> Int {
  let file = [UInt8](UnsafeBufferPointer(start: data, count: count))
  // One mutation in eight applies to the container itself.
  guard seed % 8 != 0, var parts = ModelFileParts(of: file), !parts.sections.isEmpty else {
    return mutate(data, count, capacity)
  }
  // Mostly mutate the graph, where nearly every byte matters.
  let choice = Int(seed / 8 % 8)
  let index = choice < parts.sections.count ? choice : 0
  var section = parts.sections[index].bytes
  let size = section.count
  section += [UInt8](repeating: 0, count: 64)
  let newSize = section.withUnsafeMutableBufferPointer {
    mutate($0.baseAddress!, size, size + 64)
  }
  parts.sections[index].bytes = Array(section[..<newSize])
  let mutated = parts.assembled()
  guard mutated.count <= capacity else { return count }
  for (offset, byte) in mutated.enumerated() { data[offset] = byte }
  return mutated.count
}

@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> Int
