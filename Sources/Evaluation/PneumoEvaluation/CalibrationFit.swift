import PneumoSupport

/// The least cross-entropy of `slope * logit + bias`, by Newton's method with shortened steps.
///
/// Weights are the slope and the biases of all classes but the first, whose bias is 0.
struct CalibrationFit {
  private let labels: [Int]
  private let logits: [Double]
  private let classes: Int
  /// The wanted probability of an image's class, by class (Platt 1999).
  private let targets: [Double]

  /// - Parameter outputs: 1 where there are two classes, the first of which has the logit 0.
  init(_ labels: [Int], _ logits: [Double], outputs: Int) {
    self.labels = labels
    self.logits = outputs > 1 ? logits : logits.flatMap { [0, $0] }
    classes = max(outputs, 2)
    var counts = [Double](repeating: 0, count: classes)
    for label in labels { counts[label] += 1 }
    targets = counts.map { ($0 + 1) / ($0 + 2) }
  }

  /// - Parameter slope: kept as it is, where given.
  func leastLoss(slope: Double?) -> [Double] {
    var weights = [Double](repeating: 0, count: classes)
    weights[0] = slope ?? 1
    guard !labels.isEmpty else { return weights }
    var current = loss(weights)
    for _ in 0..<100 {
      var (gradient, hessian) = derivatives(weights)
      if slope != nil {
        gradient[0] = 0
        for k in 0..<classes { (hessian[k], hessian[k * classes]) = (0, 0) }
        hessian[0] = 1
      }
      let step = solve(hessian, gradient)
      guard step.contains(where: { abs($0) > 1e-12 }) else { break }
      var share = 1.0
      while share > 1e-9 {
        let candidate = zip(weights, step).map { $0 - share * $1 }
        let lower = loss(candidate)
        if lower < current {
          (weights, current) = (candidate, lower)
          break
        }
        share /= 2
      }
      if share <= 1e-9 { break }
    }
    return weights
  }

  private func row(_ image: Int, _ weights: [Double]) -> [Double] {
    (0..<classes).map { k in
      weights[0] * logits[image * classes + k] + (k == 0 ? 0 : weights[k])
    }
  }

  private func target(_ image: Int, _ k: Int) -> Double {
    let right = targets[labels[image]]
    return labels[image] == k ? right : (1 - right) / Double(classes - 1)
  }

  /// The mean over images.
  private func loss(_ weights: [Double]) -> Double {
    let sum = labels.indices.reduce(0.0) { sum, image in
      let row = row(image, weights)
      return sum + logSumExp(row)
        - row.indices.reduce(0.0) { $0 + target(image, $1) * row[$1] }
    }
    return sum / Double(labels.count)
  }

  private func derivatives(_ weights: [Double]) -> (gradient: [Double], hessian: [Double]) {
    var gradient = [Double](repeating: 0, count: classes)
    var hessian = [Double](repeating: 0, count: classes * classes)
    let share = 1 / Double(labels.count)
    for image in labels.indices {
      let p = softmax(row(image, weights)[...])
      let z = logits[image * classes..<(image + 1) * classes]
      let mean = zip(p, z).reduce(0.0) { $0 + $1.0 * $1.1 }
      for (k, value) in z.enumerated() {
        let error = p[k] - target(image, k)
        gradient[0] += share * error * value
        hessian[0] += share * p[k] * (value - mean) * (value - mean)
        guard k > 0 else { continue }
        gradient[k] += share * error
        hessian[k] += share * p[k] * (value - mean)
        for j in 1..<classes {
          hessian[k * classes + j] += share * p[k] * ((j == k ? 1 : 0) - p[j])
        }
      }
    }
    for k in 1..<classes { hessian[k * classes] = hessian[k] }
    return (gradient, hessian)
  }

  /// What `matrix` makes `right` of, by Cholesky's decomposition. The matrix is symmetric and has no
  /// negative eigenvalue; a grain on its diagonal keeps it from having none above 0.
  private func solve(_ matrix: [Double], _ right: [Double]) -> [Double] {
    let n = right.count
    let grain = 1e-12 + 1e-12 * (0..<n).reduce(0.0) { $0 + matrix[$1 * n + $1] }
    var lower = [Double](repeating: 0, count: n * n)
    var x = right
    for i in 0..<n {
      for j in 0...i {
        var sum = matrix[i * n + j] + (i == j ? grain : 0)
        for k in 0..<j { sum -= lower[i * n + k] * lower[j * n + k] }
        lower[i * n + j] = i == j ? max(sum, grain).squareRoot() : sum / lower[j * n + j]
      }
      for k in 0..<i { x[i] -= lower[i * n + k] * x[k] }
      x[i] /= lower[i * n + i]
    }
    for i in (0..<n).reversed() {
      for k in i + 1..<n { x[i] -= lower[k * n + i] * x[k] }
      x[i] /= lower[i * n + i]
    }
    return x
  }
}
