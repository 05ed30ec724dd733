// Sums over arrays and over the rows of matrices, in a fixed order. SAFETY: arrays have the sizes
// given by the arguments.

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
    addSumOfRows(rows, columns, from: c, remaining, to: sums) { sum, place in
      sum + load(input + place, first: remaining)
    }
  }
}

/// `sums[c] += Σ_r (input[r][c] - mean[c])²`
func addSquaredDeviations(
  _ input: UnsafePointer<Float>, _ mean: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
  _ sums: UnsafeMutablePointer<Float>
) {
  forEachColumn(columns) { c, remaining in
    let mean = load(mean + c, first: remaining)
    addSumOfRows(rows, columns, from: c, remaining, to: sums) { sum, place in
      let x = load(input + place, first: remaining) - mean
      return multiplyAdd(sum, x, x)
    }
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
    addSumOfRows(rows, columns, from: c, remaining, to: sums) { sum, place in
      let x = load(input + place, first: remaining) - mean
      return multiplyAdd(sum, x, load(gradient + place, first: remaining))
    }
  }
}

/// Adds a sum over rows to the vector of sums at column `c`. Even and odd rows are summed
/// separately, so that successive additions are independent.
///
/// - Parameter add: adds the elements at an offset of the matrix to a sum.
@inline(__always)
private func addSumOfRows(
  _ rows: Int, _ columns: Int, from c: Int, _ remaining: Int,
  to sums: UnsafeMutablePointer<Float>, _ add: (_ sum: Vector, _ place: Int) -> Vector
) {
  var (even, odd) = (Vector.zero, Vector.zero)
  var place = c
  for _ in 0..<rows / 2 {
    even = add(even, place)
    odd = add(odd, place &+ columns)
    place &+= 2 &* columns
  }
  if rows % 2 == 1 { even = add(even, place) }
  store(
    load(UnsafePointer(sums + c), first: remaining) + (even + odd), sums + c, first: remaining)
}

/// `output[r][c] += gradient[r][c] · scale[c] + input[r][c] · slope[c] + shift[c]`, where `factors`
/// holds the scales, then the slopes, then the shifts.
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

/// `Σ x²`, summed in `Float` over stretches of 4,096 elements, whose sums are added in `Double`.
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

/// Calls `body` with the first column of each vector of columns, and the number of columns
/// remaining from there.
@inline(__always)
private func forEachColumn(_ columns: Int, _ body: (_ column: Int, _ remaining: Int) -> Void) {
  var c = 0
  while c < columns {
    body(c, columns &- c)
    c &+= Vector.scalarCount
  }
}
