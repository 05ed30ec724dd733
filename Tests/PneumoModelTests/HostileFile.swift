import PneumoModel
import PneumoTestSupport
import Testing

/// A file that must be rejected, and the kind of error.
struct HostileFile: Sendable, CustomTestStringConvertible {
  let name: String
  let kind: ModelError.Kind
  let bytes: [UInt8]

  var testDescription: String { name }

  init(_ name: String, _ kind: ModelError.Kind, bytes: [UInt8]) {
    self.name = name
    self.kind = kind
    self.bytes = bytes
  }

  /// The tiny classifier's file with individual bytes changed and checksums repaired.
  private static func patched(
    _ name: String, _ kind: ModelError.Kind, _ change: (inout [UInt8]) -> Void
  ) -> HostileFile {
    var bytes = SampleModel.tinyClassifier.encoded()
    change(&bytes)
    ModelFileParts.repairChecksums(of: &bytes)
    return HostileFile(name, kind, bytes: bytes)
  }

  /// The tiny classifier's file with changed sections in a valid container.
  private static func rebuilt(
    _ name: String, _ kind: ModelError.Kind, _ change: (inout ModelFileParts) -> Void
  ) -> HostileFile {
    var parts = ModelFileParts(of: SampleModel.tinyClassifier.encoded())!
    change(&parts)
    return HostileFile(name, kind, bytes: parts.assembled())
  }

  /// The tiny classifier's file with a changed graph. `change` receives the graph and the offset
  /// after the name of `layer`, where its record continues: number of inputs (4 bytes), input (4),
  /// operator (1), parameters.
  private static func relayered(
    _ name: String, _ kind: ModelError.Kind, layer: String,
    _ change: (inout [UInt8], _ offset: Int) -> Void
  ) -> HostileFile {
    rebuilt(name, kind) { parts in
      let offset = parts["GRPH"].end(of: layer)
      change(&parts["GRPH"], offset)
    }
  }

  static let all: [HostileFile] = container + sections + graph + metadata + images

  // MARK: Hashes of images: one byte, then two lists of a count and hashes of eight bytes

  private static func withImages(
    _ name: String, _ kind: ModelError.Kind, version: UInt32 = 2, hash: UInt8 = 1,
    _ lists: [[UInt64]], rest: [UInt8] = []
  ) -> HostileFile {
    rebuilt(name, kind) { parts in
      var bytes = [hash]
      for list in lists {
        for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: list.count >> (8 * shift))) }
        for hash in list {
          for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: hash >> (8 * shift))) }
        }
      }
      parts.version = version
      parts.sections.append(("IMGS", bytes + rest))
    }
  }

  private static let images: [HostileFile] = [
    withImages("images-in-version-1", .unknownSection, version: 1, [[1], []]),
    withImages("images-hash-unknown", .unknownValue, hash: 2, [[1], []]),
    withImages("images-empty", .invalidParameter, [[], []]),
    withImages("images-repeat", .invalidParameter, [[1, 1], []]),
    withImages("images-descend", .invalidParameter, [[], [2, 1]]),
    withImages("images-in-both-lists", .invalidParameter, [[1, 2], [2, 3]]),
    withImages("images-cut", .truncated, [[1]]),
    withImages("images-without-room", .truncated, [[1]], rest: [255, 255, 0, 0]),
    withImages("images-too-many", .limitExceeded, [[1]], rest: [0, 0, 0, 2]),
    withImages("images-and-more", .trailingBytes, [[1], []], rest: [0]),
    .rebuilt("images-twice", .unknownSection) { parts in
      parts.version = 2
      let section: [UInt8] = [1, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      parts.sections += [("IMGS", section), ("IMGS", section)]
    },
  ]

  // MARK: The file as a whole

  private static let container: [HostileFile] = [
    HostileFile("empty", .empty, bytes: []),
    HostileFile("netpbm", .netpbm, bytes: Array("P5\n2 2\n255\nabcd".utf8)),
    HostileFile("netpbm-pam", .netpbm, bytes: Array("P7 ".utf8)),
    HostileFile("zip", .notAModel, bytes: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 60)),
    HostileFile(
      "hdf5", .notAModel,
      bytes: [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10] + [UInt8](repeating: 0, count: 60)),
    HostileFile(
      "safetensors", .notAModel, bytes: [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)),
    HostileFile("onnx", .notAModel, bytes: [8, 7, 0x12, 7] + Array("pytorch".utf8)),
    HostileFile("tflite", .notAModel, bytes: [28, 0, 0, 0] + Array("TFL3".utf8)),
    HostileFile("jpeg", .notAModel, bytes: [0xFF, 0xD8, 0xFF, 0xE0]),
    HostileFile("png", .notAModel, bytes: [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]),
    HostileFile("text", .notAModel, bytes: Array("P8\nnot an image either".utf8)),
    .patched("text-mode-transfer", .notAModel) { $0.remove(at: 4) },
    .patched("version-0", .unsupportedVersion) { $0.store(UInt32(0), at: 8) },
    .patched("version-unknown", .unsupportedVersion) { $0.store(UInt32(200), at: 8) },
    .patched("version-without-reason", .unsupportedVersion) { $0.store(UInt32(2), at: 8) },
    .patched("cut-in-magic", .truncated) { $0.removeLast($0.count - 5) },
    .patched("cut-in-header", .truncated) { $0.removeLast($0.count - 40) },
    .patched("cut-in-table", .truncated) { $0.removeLast($0.count - 100) },
    .patched("cut-by-one", .truncated) { $0.removeLast() },
    .patched("size-of-everything", .truncated) { $0.store(UInt64.max, at: 16) },
    .patched("one-byte-more", .trailingBytes) { $0.append(0) },
    HostileFile("header-damaged", .checksumMismatch, bytes: flipped(at: 64)),
    HostileFile("weights-damaged", .checksumMismatch, bytes: flipped(at: -1)),
    .patched("reserved-bytes-used", .hole) { $0[63] = 1 },
    .patched("too-many-sections", .limitExceeded) { $0.store(UInt32.max, at: 12) },
  ]

  private static func flipped(at index: Int) -> [UInt8] {
    var bytes = SampleModel.tinyClassifier.encoded()
    bytes[index < 0 ? bytes.count + index : index] ^= 0x10
    return bytes
  }

  // MARK: The section table, with entries at 64, 88 and 112: name, checksum, offset, length

  private static let sections: [HostileFile] = [
    .rebuilt("section-unknown", .unknownSection) { $0.sections[2].name = "XTRA" },
    .rebuilt("section-added", .unknownSection) { $0.sections.append(("MORE", [1])) },
    .rebuilt("section-missing", .missingSection) { $0.sections.removeLast() },
    .rebuilt("sections-missing", .missingSection) { $0.sections = [] },
    .rebuilt("sections-swapped", .missingSection) { $0.sections.swapAt(0, 1) },
    .patched("section-beyond-end", .sectionOutOfBounds) { $0.store(UInt64(1 << 20), at: 128) },
    .patched("section-length-overflows", .sectionOutOfBounds) { $0.store(UInt64.max, at: 128) },
    .patched("section-offset-overflows", .sectionOutOfBounds) {
      $0.store(UInt64.max / 2 & ~63, at: 120)
    },
    .patched("sections-overlap", .sectionOverlap) { $0.store(UInt64(192), at: 96) },
    .patched("section-over-table", .sectionOverlap) { $0.store(UInt64(64), at: 72) },
    .patched("section-misaligned", .misaligned) { $0.store(UInt64(193), at: 72) },
    .patched("section-after-hole", .hole) {
      $0.store($0.load(UInt64.self, at: 120) + 64, at: 120)
      $0.store($0.load(UInt64.self, at: 128) - 64, at: 128)
    },
    .patched("padding-used", .hole) { $0[191] = 1 },
    .patched("bytes-after-sections", .trailingBytes) {
      $0.append(0)
      $0.store(UInt64($0.count), at: 16)
    },
    .rebuilt("graph-longer-than-layers", .trailingBytes) { $0["GRPH"].append(0) },
    .rebuilt("metadata-longer-than-records", .trailingBytes) { $0["META"].append(0) },
    .rebuilt("weights-longer-than-used", .trailingBytes) {
      $0["WGTS"] += [UInt8](repeating: 0, count: 64)
    },
    .rebuilt("graph-cut", .truncated) { $0["GRPH"].removeLast() },
    .rebuilt("metadata-cut", .truncated) { $0["META"].removeLast() },
    .rebuilt("weights-cut", .sectionOutOfBounds) { $0["WGTS"].removeLast() },
    .rebuilt("weight-padding-used", .hole) { $0["WGTS"][36 * 4] = 1 },
    .rebuilt("weight-nan", .nonFiniteWeights) { $0["WGTS"].store(UInt32(0x7FC0_0000), at: 0) },
    .rebuilt("weight-infinite", .nonFiniteWeights) {
      $0["WGTS"].store(UInt32(0xFF80_0000), at: 4)
    },
  ]

  // MARK: The graph

  /// Offsets of the convolution's parameters: stride 9, padding 17, dilation 18, groups 26,
  /// activation 30, bias flag 31; then the kernel: type 32, axes 33, shape 34, offset 50; then the
  /// bias: type 58, axes 59, shape 60, offset 64.
  private static let graph: [HostileFile] = [
    .rebuilt("graph-empty", .emptyGraph) {
      $0["GRPH"] = Array($0["GRPH"][..<12]) + [0, 0, 0, 0]
      $0["WGTS"] = []
    },
    .rebuilt("graph-of-too-many-layers", .limitExceeded) {
      $0["GRPH"].store(UInt32.max, at: 12)
    },
    .rebuilt("graph-of-more-layers-than-bytes", .truncated) {
      $0["GRPH"].store(UInt32(4096), at: 12)
    },
    .rebuilt("input-of-no-rows", .limitExceeded) { $0["GRPH"].store(UInt32(0), at: 0) },
    .rebuilt("input-too-large", .limitExceeded) {
      $0["GRPH"].store(UInt32(1 << 20), at: 0)
      $0["GRPH"].store(UInt32(1 << 20), at: 4)
    },
    .relayered("layer-reads-itself", .cyclicGraph, layer: "conv") {
      $0.store(UInt32(1), at: $1 + 4)
    },
    .relayered("layer-reads-nothing-there", .cyclicGraph, layer: "conv") {
      $0.store(UInt32.max, at: $1 + 4)
    },
    .relayered("layer-unused", .unusedLayer, layer: "output") {
      $0.store(UInt32(5), at: $1 + 4)
    },
    .relayered("two-inputs", .wrongInputCount, layer: "output") {
      $0.store(UInt32(2), at: $1)
      $0.insert(contentsOf: [6, 0, 0, 0], at: $1 + 8)
    },
    .relayered("no-inputs", .wrongInputCount, layer: "conv") {
      $0.store(UInt32(0), at: $1)
      $0.removeSubrange($1 + 4..<$1 + 8)
    },
    .relayered("too-many-inputs", .limitExceeded, layer: "conv") {
      $0.store(UInt32(65), at: $1)
    },
    .relayered("names-equal", .duplicateName, layer: "dropout") {
      $0.replaceSubrange($1 - 7..<$1, with: "flatten".utf8)
    },
    .relayered("name-not-utf8", .invalidText, layer: "conv") { $0[$1 - 1] = 0xFF },
    .relayered("name-with-escape", .invalidText, layer: "conv") { $0[$1 - 1] = 0x1B },
    .relayered("name-too-long", .limitExceeded, layer: "conv") {
      $0.store(UInt32(1025), at: $1 - 8)
    },
    .relayered("operator-0", .unknownOperator, layer: "conv") { $0[$1 + 8] = 0 },
    .relayered("operator-unknown", .unknownOperator, layer: "conv") { $0[$1 + 8] = 200 },
    .relayered("stride-0", .invalidParameter, layer: "conv") { $0.store(UInt32(0), at: $1 + 9) },
    .relayered("stride-too-large", .invalidParameter, layer: "conv") {
      $0.store(UInt32.max, at: $1 + 13)
    },
    .relayered("padding-unknown", .unknownValue, layer: "conv") { $0[$1 + 17] = 3 },
    .relayered("dilation-too-large", .invalidParameter, layer: "conv") {
      $0.store(UInt32.max, at: $1 + 18)
    },
    .relayered("dilation-does-not-fit", .shapeMismatch, layer: "conv") {
      $0.store(UInt32(8), at: $1 + 18)
    },
    .relayered("groups-0", .invalidParameter, layer: "conv") { $0.store(UInt32(0), at: $1 + 26) },
    .relayered("groups-uneven", .invalidParameter, layer: "conv2") {
      $0.store(UInt32(3), at: $1 + 26)
    },
    .relayered("groups-without-kernel", .shapeMismatch, layer: "conv2") {
      $0.store(UInt32(2), at: $1 + 26)
    },
    .relayered("activation-unknown", .unknownValue, layer: "conv") { $0[$1 + 30] = 200 },
    .relayered("flag-2", .unknownValue, layer: "conv") { $0[$1 + 31] = 2 },
    .relayered("weight-type-unknown", .unknownValue, layer: "conv") { $0[$1 + 32] = 2 },
    .relayered("weight-of-no-axes", .limitExceeded, layer: "conv") { $0[$1 + 33] = 0 },
    .relayered("weight-of-five-axes", .limitExceeded, layer: "conv") { $0[$1 + 33] = 5 },
    .relayered("weight-axis-0", .limitExceeded, layer: "conv") {
      $0.store(UInt32(0), at: $1 + 34)
    },
    .relayered("weight-of-too-many-scalars", .limitExceeded, layer: "conv") {
      for axis in 0..<4 { $0.store(UInt32(1 << 20), at: $1 + 34 + 4 * axis) }
    },
    .relayered("weight-beyond-section", .sectionOutOfBounds, layer: "conv") {
      $0.store(UInt32(1 << 20), at: $1 + 34)
    },
    .relayered("weight-misaligned", .misaligned, layer: "conv") {
      $0.store(UInt64(4), at: $1 + 50)
    },
    .relayered("weight-offset-overflows", .sectionOutOfBounds, layer: "conv") {
      $0.store(UInt64.max / 2 & ~63 - 1 << 20, at: $1 + 50)
    },
    .relayered("weight-after-hole", .hole, layer: "conv") { $0.store(UInt64(64), at: $1 + 50) },
    .relayered("weights-overlap", .sectionOverlap, layer: "conv") {
      $0.store(UInt64(64), at: $1 + 64)
    },
    .rebuilt("bias-too-short", .shapeMismatch) {
      let offset = $0["GRPH"].end(of: "conv")
      $0["GRPH"].store(UInt32(3), at: offset + 60)
      $0["WGTS"].store(UInt32(0), at: 204)  // this element is now padding
    },
    .relayered("pooling-kind-unknown", .unknownValue, layer: "pool") { $0[$1 + 9] = 2 },
    .relayered("window-0", .invalidParameter, layer: "pool") { $0.store(UInt32(0), at: $1 + 10) },
    .relayered("flatten-order-unknown", .unknownValue, layer: "flatten") { $0[$1 + 9] = 2 },
    .relayered("dropout-of-all", .invalidParameter, layer: "dropout") {
      $0.store(Float(1).bitPattern, at: $1 + 9)
    },
    .relayered("dropout-nan", .invalidParameter, layer: "dropout") {
      $0.store(Float.nan.bitPattern, at: $1 + 9)
    },
    .relayered("output-not-a-probability", .invalidParameter, layer: "output") {
      $0[$1 + 9] = Activation.relu.rawValue
    },
    .relayered("softmax-of-one", .invalidParameter, layer: "output") {
      $0[$1 + 9] = Activation.softmax.rawValue
    },
  ]

  // MARK: The metadata
  //
  // Offsets: color mode 0, filter 1, layout 2, orientation 3, size 4, scale 12, mean 16, deviation
  // 20, labels 24, …

  private static let metadata: [HostileFile] = [
    .rebuilt("colors-unknown", .unknownValue) { $0["META"][0] = 3 },
    .rebuilt("filter-unknown", .unknownValue) { $0["META"][1] = 7 },
    .rebuilt("layout-unknown", .unknownValue) { $0["META"][2] = 2 },
    .rebuilt("orientation-unknown", .unknownValue) { $0["META"][3] = 2 },
    .rebuilt("size-0", .invalidPreprocessing) { $0["META"].store(UInt32(0), at: 4) },
    .rebuilt("size-too-large", .invalidPreprocessing) {
      $0["META"].store(UInt32.max, at: 8)
    },
    .rebuilt("size-not-the-graph's", .shapeMismatch) { $0["META"].store(UInt32(17), at: 4) },
    .rebuilt("scale-infinite", .invalidPreprocessing) {
      $0["META"].store(Float.infinity.bitPattern, at: 12)
    },
    .rebuilt("scale-0", .invalidPreprocessing) { $0["META"].store(UInt32(0), at: 12) },
    .rebuilt("deviation-0", .invalidPreprocessing) { $0["META"].store(UInt32(0), at: 20) },
    .rebuilt("too-many-labels", .limitExceeded) { $0["META"].store(UInt32.max, at: 24) },
    .rebuilt("more-labels-than-bytes", .truncated) {
      $0["META"].store(UInt32(65536), at: 24)
    },
    .rebuilt("label-empty", .invalidLabels) {
      $0["META"].replaceSubrange(28..<38, with: [0, 0, 0, 0])
    },
    .rebuilt("labels-equal", .invalidLabels) {
      let end = $0["META"].end(of: "PNEUMONIA")
      $0["META"].replaceSubrange(38..<end, with: [6, 0, 0, 0] + "NORMAL".utf8)
    },
    .rebuilt("three-labels", .invalidLabels) {
      $0["META"].store(UInt32(3), at: 24)
      $0["META"].insert(contentsOf: [1, 0, 0, 0, 0x61], at: 28)
    },
    .rebuilt("label-with-newline-and-bell", .invalidText) {
      $0["META"].replaceSubrange(32..<34, with: [0x0A, 0x07])
    },
    .rebuilt("threshold-of-two", .invalidThreshold) {
      let end = $0["META"].end(of: "PNEUMONIA")
      $0["META"].store(Float(2).bitPattern, at: end)
    },
    .rebuilt("threshold-nan", .invalidThreshold) {
      let end = $0["META"].end(of: "PNEUMONIA")
      $0["META"].store(Float.nan.bitPattern, at: end)
    },
    .rebuilt("card-text-too-long", .limitExceeded) {
      let end = $0["META"].end(of: "PNEUMONIA")
      $0["META"].store(UInt32(65537), at: end + 4)
      $0["META"] += [UInt8](repeating: 0x61, count: 70000)
    },
    .rebuilt("card-not-utf8", .invalidText) {
      let end = $0["META"].end(of: "PNEUMONIA")
      $0["META"].replaceSubrange(end + 4..<end + 8, with: [2, 0, 0, 0, 0xC0, 0x80])
    },
    .rebuilt("too-many-metrics", .limitExceeded) {
      let end = $0["META"].count
      $0["META"].store(UInt32(257), at: end - 4)
    },
    .rebuilt("metric-nan", .invalidParameter) {
      let end = $0["META"].count
      $0["META"].store(UInt32(1), at: end - 4)
      $0["META"] += [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
    },
  ]
}
