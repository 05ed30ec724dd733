import Foundation
import Testing

@testable import PneumoSupport

@Suite struct Base64Tests {
  /// As Foundation writes it, for each length of the last group.
  @Test(arguments: [0, 1, 2, 3, 4, 255, 256, 257])
  func equalsFoundation(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 151 + 7) }
    #expect(Format.base64(bytes) == Data(bytes).base64EncodedString())
  }
}
