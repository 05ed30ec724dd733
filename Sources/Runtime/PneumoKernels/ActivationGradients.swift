// Gradients of activations, computed in place: the gradient with respect to the activation's output
// becomes the gradient with respect to its input. SAFETY: all arrays have `count` elements.

/// The gradient of clamping to `low...high`, ReLU and ReLU6: zero where `output` is at a limit.
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

/// The gradient of clamped 2×2 max pooling: zero where no sum was chosen.
func maskChoices(
  _ choices: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  forEachGradient(choices, gradient, count) { choice, g in
    g.replacing(with: Vector.zero, where: choice .< Vector.zero)
  }
}

/// The gradient of `y = sigmoid(x)`: `y · (1 - y)`.
func sigmoidGradient(
  _ output: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  forEachGradient(output, gradient, count) { y, g in g * (y * (1 - y)) }
}

/// The gradient of `y = tanh(x)`: `1 - y²`.
func tanhGradient(
  _ output: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  forEachGradient(output, gradient, count) { y, g in g * (1 - y * y) }
}

/// Replaces each gradient with `body(number, gradient)`, where `number` is the corresponding
/// element of `numbers`.
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
