/// Computes the gradient of two rows of sums from that of a row of `width` pixels, each the maximum
/// of 2×2 sums: see ``WinogradArguments/choices``.
func spreadChosen(
  _ gradient: UnsafePointer<Float>, _ choices: UnsafePointer<Float>,
  _ rows: UnsafeMutablePointer<Float>, _ rowStride: Int, _ width: Int, _ channels: Int
) {
  // SAFETY: each row of sums has at least 2 · width pixels.
  for x in 0..<width {
    let source = x &* channels
    let upper = rows + 2 &* source
    var c = 0
    while c &+ Vector.scalarCount <= channels {
      spread(
        load(gradient + (source &+ c)), load(choices + (source &+ c)), upper + c,
        upper + (rowStride &+ c), channels)
      c &+= Vector.scalarCount
    }
    while c < channels {
      let g = gradient[source &+ c]
      let choice = choices[source &+ c]
      upper[c] = choice == 0 ? g : 0
      upper[channels &+ c] = choice == 1 ? g : 0
      upper[rowStride &+ c] = choice == 2 ? g : 0
      upper[rowStride &+ channels &+ c] = choice == 3 ? g : 0
      c &+= 1
    }
  }
}
