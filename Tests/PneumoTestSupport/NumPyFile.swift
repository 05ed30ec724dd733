/// An array of 32-bit floats as `numpy.save` writes it: C order, little endian.
///
/// Format: `\x93NUMPY`, two bytes of version, the length of the header (2 bytes in version 1, else
/// 4), a Python dictionary as text, the elements (numpy/lib/format.py).
public struct NumPyFile: Sendable {
  /// The extent of each axis.
  public let shape: [Int]
  /// In C order: the last axis runs fastest.
  public let values: [Float]

  /// `nil` where `bytes` are not such a file.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else { return nil }
    let lengthSize = bytes[6] == 1 ? 2 : 4
    let length = bytes[8..<8 + lengthSize].reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + lengthSize + length
    guard start <= bytes.count else { return nil }
    let header = String(decoding: bytes[8 + lengthSize..<start], as: UTF8.self)
    guard header.contains("'descr': '<f4'"), header.contains("'fortran_order': False") else {
      return nil
    }
    guard let open = header.firstIndex(of: "("), let close = header.firstIndex(of: ")") else {
      return nil
    }
    let shape = header[open..<close].dropFirst().split(separator: ",").compactMap { extent in
      Int(extent.filter { $0 != " " })
    }
    let count = shape.reduce(1, *)
    guard bytes.count - start == 4 * count else { return nil }
    self.shape = shape
    values = bytes.withUnsafeBytes { buffer in
      (0..<count).map { index in
        let bits = buffer.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }
}
