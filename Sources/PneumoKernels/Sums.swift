// Sums over arrays and over the rows of matrices, in a fixed order. SAFETY: arrays have the sizes
// that the arguments tell.

/// `output[i] += input[i] · factor`
func addScaled(
  _ input: UnsafePointer<Float>, _ factor: Float, _ output: UnsafeMutablePointer<Float>,
  _ count: Int
) {
  let factors = Vector(repeating: factor)
  var i = 0
  while i < count {
    let remaining = count &- i
    let sum = load(UnsafePointer(output + i), first: remaining)
    store(
      multiplyAdd(sum, load(input + i, first: remaining), factors), output + i, first: remaining)
    i &+= Vector.scalarCount
  }
}

/// `sums[c] += Σ_r input[r][c]`
func addColumnSums(
  _ input: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
  _ sums: UnsafeMutablePointer<Float>
) {
  forEachColumn(columns) { c, remaining in
    var (even, odd) = (Vector.zero, Vector.zero)
    var row = input + c
    for _ in 0..<rows / 2 {
      even += load(row, first: remaining)
      odd += load(row + columns, first: remaining)
      row += 2 &* columns
    }
    if rows % 2 == 1 { even += load(row, first: remaining) }
    store(
      load(UnsafePointer(sums + c), first: remaining) + (even + odd), sums + c, first: remaining)
  }
}

/// `sums[c] += Σ_r (input[r][c] - mean[c])²`
func addSquaredDeviations(
  _ input: UnsafePointer<Float>, _ mean: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
  _ sums: UnsafeMutablePointer<Float>
) {
  forEachColumn(columns) { c, remaining in
    let mean = load(mean + c, first: remaining)
    var (even, odd) = (Vector.zero, Vector.zero)
    var row = input + c
    for _ in 0..<rows / 2 {
      let x = load(row, first: remaining) - mean
      let y = load(row + columns, first: remaining) - mean
      even = multiplyAdd(even, x, x)
      odd = multiplyAdd(odd, y, y)
      row += 2 &* columns
    }
    if rows % 2 == 1 {
      let x = load(row, first: remaining) - mean
      even = multiplyAdd(even, x, x)
    }
    store(
      load(UnsafePointer(sums + c), first: remaining) + (even + odd), sums + c, first: remaining)
  }
}

/// `sums[c] += Σ_r gradient[r][c] · (input[r][c] - mean[c])`
func addDeviationProducts(
  _ input: UnsafePointer<Float>, _ mean: UnsafePointer<Float>,
  _ gradient: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
  _ sums: UnsafeMutablePointer<Float>
) {
  forEachColumn(columns) { c, remaining in
    let mean = load(mean + c, first: remaining)
    var (even, odd) = (Vector.zero, Vector.zero)
    var (row, slope) = (input + c, gradient + c)
    for _ in 0..<rows / 2 {
      let x = load(row, first: remaining) - mean
      let y = load(row + columns, first: remaining) - mean
      even = multiplyAdd(even, x, load(slope, first: remaining))
      odd = multiplyAdd(odd, y, load(slope + columns, first: remaining))
      row += 2 &* columns
      slope += 2 &* columns
    }
    if rows % 2 == 1 {
      let x = load(row, first: remaining) - mean
      even = multiplyAdd(even, x, load(slope, first: remaining))
    }
    store(
      load(UnsafePointer(sums + c), first: remaining) + (even + odd), sums + c, first: remaining)
  }
}

/// `output[r][c] += gradient[r][c] · scale[c] + input[r][c] · slope[c] + shift[c]`, where `factors`
/// are the scales, the slopes and the shifts.
func addAffine(
  _ gradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>,
  _ factors: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  for row in 0..<rows {
    let start = row &* columns
    forEachColumn(columns) { c, remaining in
      let target = output + (start &+ c)
      var sum = load(UnsafePointer(target), first: remaining)
      sum += load(factors + (2 &* columns &+ c), first: remaining)
      sum = multiplyAdd(
        sum, load(gradient + (start &+ c), first: remaining), load(factors + c, first: remaining))
      sum = multiplyAdd(
        sum, load(input + (start &+ c), first: remaining),
        load(factors + (columns &+ c), first: remaining))
      store(sum, target, first: remaining)
    }
  }
}

/// `Σ x²`, each stretch of 4,096 in `Float`, their sums in `Double`.
func sumOfSquares(_ input: UnsafePointer<Float>, _ count: Int) -> Double {
  var total = 0.0
  var first = 0
  while first < count {
    let end = min(first &+ 4096, count)
    var (even, odd) = (Vector.zero, Vector.zero)
    var i = first
    while i < end {
      let x = load(input + i, first: end &- i)
      even = multiplyAdd(even, x, x)
      i &+= Vector.scalarCount
      if i < end {
        let y = load(input + i, first: end &- i)
        odd = multiplyAdd(odd, y, y)
        i &+= Vector.scalarCount
      }
    }
    total += Double((even + odd).sum())
    first = end
  }
  return total
}

/// Passes the first of each vector of columns, and how many remain from there, to `body`.
@inline(__always)
private func forEachColumn(_ columns: Int, _ body: (_ column: Int, _ remaining: Int) -> Void) {
  var c = 0
  while c < columns {
    body(c, columns &- c)
    c &+= Vector.scalarCount
  }
}
