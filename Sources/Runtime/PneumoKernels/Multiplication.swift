// Products of a matrix and a row that all its rows are multiplied by, and their gradients. SAFETY: all
// matrices have `rows` × `columns` elements.

/// `output[r][c] = a[r][c] · row[c]`
func multiply(
  _ a: UnsafePointer<Float>, _ row: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ rows: Int, _ columns: Int
) {
  forEachVector(rows, columns) { place, column, remaining in
    let product = load(a + place, first: remaining) * load(row + column, first: remaining)
    store(product, output + place, first: remaining)
  }
}

/// `output[r][c] += a[r][c] · row[c]`, the gradient of the matrix.
func addProducts(
  _ a: UnsafePointer<Float>, _ row: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ rows: Int, _ columns: Int
) {
  forEachVector(rows, columns) { place, column, remaining in
    let sum = load(UnsafePointer(output + place), first: remaining)
    let factors = load(row + column, first: remaining)
    store(
      multiplyAdd(sum, load(a + place, first: remaining), factors), output + place,
      first: remaining)
  }
}

/// `sums[c] += Σ_r a[r][c] · b[r][c]`, the gradient of the row.
func addColumnProducts(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
  _ sums: UnsafeMutablePointer<Float>
) {
  var column = 0
  while column < columns {
    let remaining = columns &- column
    var sum = load(UnsafePointer(sums + column), first: remaining)
    var place = column
    for _ in 0..<rows {
      sum = multiplyAdd(sum, load(a + place, first: remaining), load(b + place, first: remaining))
      place &+= columns
    }
    store(sum, sums + column, first: remaining)
    column &+= Vector.scalarCount
  }
}

/// Calls `body` for each vector of each row, with its place in the matrix, its column, and the number
/// of columns remaining from there.
@inline(__always)
private func forEachVector(
  _ rows: Int, _ columns: Int, _ body: (_ place: Int, _ column: Int, _ remaining: Int) -> Void
) {
  for row in 0..<rows {
    var column = 0
    while column < columns {
      body(row &* columns &+ column, column, columns &- column)
      column &+= Vector.scalarCount
    }
  }
}
