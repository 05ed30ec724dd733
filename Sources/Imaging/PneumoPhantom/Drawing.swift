/// The pixels of a phantom.
package struct Drawing: Hashable, Sendable {
  /// Pixels of a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// 1 for grey, 3 for red, green, blue.
  package let channels: Int
  /// Row by row from the top left, the channels of a pixel beside each other.
  package let pixels: [UInt8]

  /// - Parameter tint: nil for a grey picture, 0 for three equal channels; above 0 towards red,
  ///   below towards blue, as a share of the grey.
  init(width: Int, height: Int, grey: [UInt8], tint: Float?) {
    self.width = width
    self.height = height
    guard let tint else {
      channels = 1
      pixels = grey
      return
    }
    channels = 3
    var colours: [UInt8] = []
    colours.reserveCapacity(grey.count * 3)
    for value in grey {
      let level = Float(value)
      colours.append(UInt8(min((level * (1 + tint)).rounded(), 255)))
      colours.append(value)
      colours.append(UInt8(min((level * (1 - tint)).rounded(), 255)))
    }
    pixels = colours
  }
}
