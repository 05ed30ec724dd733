import PneumoImport

/// Entry point for libFuzzer: the JSON configuration of a Keras model, down to its layers.
///
/// Built separately from the package, with `-sanitize=fuzzer,address`. Arbitrary bytes must give
/// either an architecture whose layers follow their inputs, or an error. The sanitizers check the
/// rest.
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
