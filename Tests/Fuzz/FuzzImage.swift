import PneumoImaging
import PneumoModel

/// Entry point for libFuzzer: JPEG decoding, EXIF orientation and preprocessing of arbitrary bytes.
///
/// Built separately from the package, with `-sanitize=fuzzer,address`. An input must either decode
/// to an image of the stated size or throw an error, and decoding only the pixels that
/// nearest-neighbor resizing picks must give the same result. The sanitizers check the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzImage(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  // Limit images to small sizes, so that many can be tried per second.
  let decoder = JPEGDecoder(limits: DecodeLimits(pixels: 1 << 16))
  let size = Extent(height: 1 + count % 29, width: 1 + count % 31)
  let decoded = try? decoder.decode(bytes, applyingOrientation: true)
  var picked = PixelImage.empty
  try? decoder.decode(bytes, into: &picked, applyingOrientation: true, nearest: size)
  guard let image = decoded else {
    precondition(picked == .empty)
    return 0
  }
  precondition(
    picked.resized(to: size, filter: .nearest) == image.resized(to: size, filter: .nearest))
  precondition(image.pixels.count == image.width * image.height * image.channels)
  // The input determines how it is preprocessed.
  let filters = Preprocessing.Filter.allCases
  let modes = Preprocessing.ColorMode.allCases
  let filter = filters[count % filters.count]
  let mode = modes[Int(bytes[count / 2]) % modes.count]
  let channels = mode.channels
  let preprocessor = Preprocessor(
    Preprocessing(
      colorMode: mode, size: size, filter: filter,
      scale: Array(repeating: 1 / 255, count: channels),
      mean: Array(repeating: 0, count: channels),
      standardDeviation: Array(repeating: 1, count: channels),
      layout: count % 2 == 0 ? .channelsLast : .channelsFirst))
  precondition(preprocessor.tensor(of: image).allSatisfy { (0...1).contains($0) })
  return 0
}
