import PneumoImport

/// libFuzzer: the JSON of a Keras model's configuration, as far as its layers.
///
/// Built apart from the package, with `-sanitize=fuzzer,address`. Any bytes are an architecture
/// whose layers stand after their inputs, or an error; the sanitizers watch the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKeras(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let architecture = try? KerasArchitecture(json: bytes) else { return 0 }
  for (index, layer) in architecture.layers.enumerated() {
    precondition(layer.inputs.allSatisfy { (0...index).contains($0) })
  }
  try? architecture.checkLayers()
  return 0
}
