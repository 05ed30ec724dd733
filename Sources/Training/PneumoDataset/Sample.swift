/// One labeled image of a data set.
package struct Sample: Hashable, Sendable {
  /// Where the image is.
  package let path: String
  /// Index of its class.
  package let label: Int
  /// Whose image it is. Images of one patient never stand on both sides of a grouped split.
  package let patient: String

  /// A labeled image.
  package init(path: String, label: Int, patient: String) {
    self.path = path
    self.label = label
    self.patient = patient
  }
}
