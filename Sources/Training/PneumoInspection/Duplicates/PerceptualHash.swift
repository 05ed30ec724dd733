import PneumoImaging
import PneumoModel
import PneumoSystem

// The image in gray at 32 x 32 pixels, its cosine transform (DCT-II) along both axes
//   C[u, v] = sum over y, x of pixel[y, x] cos(pi u (2y + 1) / 64) cos(pi v (2x + 1) / 64),
// of that the 8 x 8 lowest frequencies, and of each one bit: whether it is above their median.
// N. Krawetz, "Looks Like It", hackerfactor.com, 2011; as `imagehash.phash` of Python computes it
// (resized by Lanczos' filter, the lowest frequency among the 64, factors of the DCT left out).

/// 64 bits of what an image looks like: those of similar images differ in few.
package struct PerceptualHash: Hashable, Sendable, CustomStringConvertible {
  /// The bits row by row, the lowest frequency as the highest bit.
  package let bits: UInt64

  /// Pixels of a side that are transformed.
  static let side = 32
  private static let frequencies = 8

  /// The hash with these bits.
  package init(bits: UInt64) { self.bits = bits }

  /// The hash of an image.
  ///
  /// - Precondition: `image` is not empty.
  package init(_ image: PixelImage) { self.init(thumbnail: image.thumbnail) }

  /// The hash of the gray levels of 32 rows of 32 pixels.
  init(thumbnail: [UInt8]) {
    precondition(thumbnail.count == Self.side * Self.side)
    // Along rows, then along columns.
    var rows = [Double](repeating: 0, count: Self.side * Self.frequencies)
    for y in 0..<Self.side {
      for v in 0..<Self.frequencies {
        var sum = 0.0
        for x in 0..<Self.side {
          sum += Double(thumbnail[y * Self.side + x]) * Self.cosines[v * Self.side + x]
        }
        rows[y * Self.frequencies + v] = sum
      }
    }
    var coefficients: [Double] = []
    for u in 0..<Self.frequencies {
      for v in 0..<Self.frequencies {
        var sum = 0.0
        for y in 0..<Self.side {
          sum += rows[y * Self.frequencies + v] * Self.cosines[u * Self.side + y]
        }
        // What would be equal but for rounding becomes equal: flat and symmetric images.
        coefficients.append((sum * 0x1p20).rounded() * 0x1p-20)
      }
    }
    let sorted = coefficients.sorted()
    let median = (sorted[31] + sorted[32]) / 2
    bits = coefficients.reduce(0) { $0 << 1 | ($1 > median ? 1 : 0) }
  }

  private static let cosines: [Double] = (0..<frequencies).flatMap { frequency in
    (0..<side).map { place in
      cos(Double.pi * Double(frequency * (2 * place + 1)) / Double(2 * side))
    }
  }

  /// In how many bits two hashes differ, 0...64.
  package func distance(to other: PerceptualHash) -> Int {
    (bits ^ other.bits).nonzeroBitCount
  }

  /// Sixteen hex digits, as `imagehash` prints them.
  package var description: String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension PixelImage {
  /// In gray, at the size that is hashed.
  var thumbnail: [UInt8] {
    convertedToGray().resized(to: Extent(PerceptualHash.side), filter: .lanczos).pixels
  }
}
