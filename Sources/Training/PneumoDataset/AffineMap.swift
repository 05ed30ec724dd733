import PneumoModel
import PneumoSystem

/// From a pixel of the result to a place in the source: two rows of a 3 x 3 matrix whose third is
/// (0, 0, 1).
///
/// Products are sums of fused products in the order of the rows, as those of NumPy on CPUs with FMA,
/// so that the maps are Keras' bit for bit.
struct AffineMap: Equatable, Sendable {
  /// Of the first coordinate of the result.
  var first: (Double, Double, Double)
  /// Of the second coordinate.
  var second: (Double, Double, Double)

  static let identity = AffineMap((1, 0, 0), (0, 1, 0))

  init(_ first: (Double, Double, Double), _ second: (Double, Double, Double)) {
    self.first = first
    self.second = second
  }

  /// The map `right` followed by `left`.
  static func * (left: AffineMap, right: AffineMap) -> AffineMap {
    func row(_ a: (Double, Double, Double)) -> (Double, Double, Double) {
      (
        (a.0 * right.first.0).addingProduct(a.1, right.second.0),
        (a.0 * right.first.1).addingProduct(a.1, right.second.1),
        (a.0 * right.first.2).addingProduct(a.1, right.second.2) + a.2
      )
    }
    return AffineMap(row(left.first), row(left.second))
  }

  /// The same map of coordinates in the other order.
  var swappingAxes: AffineMap {
    AffineMap((second.1, second.0, second.2), (first.1, first.0, first.2))
  }

  /// The same map about another origin.
  func centered(_ first: Double, _ second: Double) -> AffineMap {
    let offset = AffineMap((1, 0, first), (0, 1, second))
    let reset = AffineMap((1, 0, -first), (0, 1, -second))
    return offset * self * reset
  }

  static func == (left: AffineMap, right: AffineMap) -> Bool {
    left.first == right.first && left.second == right.second
  }
}

extension Transform {

  /// Keras' matrix (`apply_affine_transform`): from the row and column of a pixel of the result to
  /// those in an image of this size.
  func map(for size: Extent) -> AffineMap {
    let (height, width) = (Double(size.height), Double(size.width))
    let turn = radians(rotation)
    let lean = radians(shear)
    let rotating = AffineMap((cos(turn), -sin(turn), 0), (sin(turn), cos(turn), 0))
    let shifting = AffineMap((1, 0, firstShift), (0, 1, secondShift))
    let shearing = AffineMap((1, -sin(lean), 0), (0, cos(lean), 0))
    let zooming = AffineMap((firstZoom, 0, 0), (0, secondZoom, 0))
    let map = rotating * shifting * shearing * zooming
    switch convention {
    case .keras2: return map.centered(height / 2 + 0.5, width / 2 + 0.5)
    // Height is taken for x here, and so it is in Keras.
    case .keras3: return map.centered(height / 2 - 0.5, width / 2 - 0.5).swappingAxes
    case .centered: return map.centered(height / 2 - 0.5, width / 2 - 0.5)
    }
  }

  /// `numpy.deg2rad`.
  private func radians(_ degrees: Double) -> Double { degrees * (Double.pi / 180) }
}
