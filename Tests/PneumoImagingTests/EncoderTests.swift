import PneumoTestSupport
import Testing

@testable import PneumoImaging

@Suite("JPEG encoding")
struct EncoderTests {

  /// A smooth image: JPEG keeps it nearly.
  private func gradient(width: Int, height: Int, channels: Int) -> PixelImage {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels {
          pixels.append(UInt8((3 * x + 2 * y + 40 * channel) % 512 / 2))
        }
      }
    }
    return PixelImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  @Test(arguments: [1, 3], PixelImage.ChromaSubsampling.allCases)
  func roundTrip(channels: Int, subsampling: PixelImage.ChromaSubsampling) throws {
    for (width, height) in [(1, 1), (17, 9), (64, 48)] {
      let image = gradient(width: width, height: height, channels: channels)
      let bytes = try image.jpegBytes(quality: 95, subsampling: subsampling)
      #expect(bytes == (try image.jpegBytes(quality: 95, subsampling: subsampling)))
      let decoded = try JPEGDecoder().decode(bytes)
      #expect(decoded.width == width && decoded.height == height && decoded.channels == channels)
      let difference = zip(image.pixels, decoded.pixels).map { abs(Int($0) - Int($1)) }
      #expect(difference.reduce(0, +) <= 3 * difference.count)
    }
  }

  @Test func qualityAndSubsamplingMatter() throws {
    let image = gradient(width: 64, height: 48, channels: 3)
    let sizes = try [20, 60, 100].map { try image.jpegBytes(quality: $0).count }
    #expect(sizes == sizes.sorted() && Set(sizes).count == 3)
    let full = try image.jpegBytes(quality: 60, subsampling: .none)
    #expect(full.count > sizes[1])
  }

  @Test func refusesWhatJPEGCannotHold() {
    let image = gradient(width: 2, height: 2, channels: 1)
    for quality in [-1, 0, 101] {
      let error = #expect(throws: ImageError.self) { try image.jpegBytes(quality: quality) }
      #expect(error?.kind == .cannotEncode)
    }
    let wide = gradient(width: 65_501, height: 1, channels: 1)
    for image in [wide, .empty] {
      let error = #expect(throws: ImageError.self) { try image.jpegBytes(quality: 90) }
      #expect(error?.kind == .cannotEncode)
    }
  }
}
