import PneumoKernelABI

// Optimizer steps, element by element.
//
// Adam, in the form that Keras uses (Kingma & Ba 2015, "epsilon hat" in section 2):
// g ← scale · g + penalty · w, m += (g - m)(1 - β₁), v += (g² - v)(1 - β₂),
// w ← retention · w - rate · m / (√v + ε), where the rate includes the correction of both biases.
// Stochastic gradient descent with momentum, also as in Keras: m ← β₁ · m - rate · g, w += m.

/// A step of Adam or, if the retention is below 1, of AdamW (Loshchilov & Hutter 2019).
func updateAdam(_ arguments: UnsafePointer<UpdateArguments>) {
  let a = arguments.pointee
  let (scale, penalty) = (Vector(repeating: a.gradientScale), Vector(repeating: a.penalty))
  let (new1, new2) = (Vector(repeating: a.share1), Vector(repeating: a.share2))
  let (rate, epsilon) = (Vector(repeating: a.rate), Vector(repeating: a.epsilon))
  let retention = Vector(repeating: a.retention)
  var i = 0
  // SAFETY: all arrays have `count` elements.
  while i < a.count {
    let remaining = a.count &- i
    let w = load(UnsafePointer(a.values + i), first: remaining)
    let g = multiplyAdd(load(a.gradient + i, first: remaining) * scale, w, penalty)
    let m = load(UnsafePointer(a.first + i), first: remaining)
    let v = load(UnsafePointer(a.second + i), first: remaining)
    let first = multiplyAdd(m, g - m, new1)
    let square = g * g
    let second = multiplyAdd(v, square - v, new2)
    store(first, a.first + i, first: remaining)
    store(second, a.second + i, first: remaining)
    let step = rate * first / (second.squareRoot() + epsilon)
    store(w * retention - step, a.values + i, first: remaining)
    i &+= Vector.scalarCount
  }
}

/// A step of stochastic gradient descent with momentum.
func updateMomentum(_ arguments: UnsafePointer<UpdateArguments>) {
  let a = arguments.pointee
  let (scale, penalty) = (Vector(repeating: a.gradientScale), Vector(repeating: a.penalty))
  let (rate, momentum) = (Vector(repeating: a.rate), Vector(repeating: a.share1))
  let retention = Vector(repeating: a.retention)
  var i = 0
  // SAFETY: all arrays have `count` elements.
  while i < a.count {
    let remaining = a.count &- i
    let w = load(UnsafePointer(a.values + i), first: remaining)
    let g = multiplyAdd(load(a.gradient + i, first: remaining) * scale, w, penalty)
    let m = momentum * load(UnsafePointer(a.first + i), first: remaining) - rate * g
    store(m, a.first + i, first: remaining)
    store(w * retention + m, a.values + i, first: remaining)
    i &+= Vector.scalarCount
  }
}
