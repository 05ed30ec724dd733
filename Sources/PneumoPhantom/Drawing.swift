/// The pixels of a phantom.
public struct Drawing: Hashable, Sendable {
  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 for grey, 3 for red, green, blue.
  public let channels: Int
  /// Row by row from the top left, the channels of a pixel beside each other.
  public let pixels: [UInt8]

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
