// The gradients of activations, in place: a gradient of what the activation wrote becomes one of what
// it read. SAFETY: arrays have `count` elements.

/// Of clamping to `low...high`, ReLU and ReLU6: none where `output` is at a limit.
func maskGradient(
  _ output: UnsafePointer<Float>, _ low: Float, _ high: Float,
  _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  let lows = Vector(repeating: low)
  let highs = Vector(repeating: high)
  forEachGradient(output, gradient, count) { y, g in
    g.replacing(with: Vector.zero, where: (y .<= lows) .| (y .>= highs))
  }
}

/// Of clamped 2×2 pooling: none where no sum was chosen.
func maskChoices(
  _ choices: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  forEachGradient(choices, gradient, count) { choice, g in
    g.replacing(with: Vector.zero, where: choice .< Vector.zero)
  }
}

/// Of `y = sigmoid(x)`: `y · (1 - y)`.
func sigmoidGradient(
  _ output: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  forEachGradient(output, gradient, count) { y, g in g * (y * (1 - y)) }
}

/// Of `y = tanh(x)`: `1 - y²`.
func tanhGradient(
  _ output: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  forEachGradient(output, gradient, count) { y, g in g * (1 - y * y) }
}

/// Replaces each gradient by what `body` makes of it and of the number that belongs to it.
@inline(__always)
private func forEachGradient(
  _ numbers: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int,
  _ body: (Vector, Vector) -> Vector
) {
  var i = 0
  while i < count {
    let remaining = count &- i
    let g = load(UnsafePointer(gradient + i), first: remaining)
    store(body(load(numbers + i, first: remaining), g), gradient + i, first: remaining)
    i &+= Vector.scalarCount
  }
}
