/// One labelled image of a data set.
public struct Sample: Hashable, Sendable {
  /// Where the image is.
  public let path: String
  /// Index of its class.
  public let label: Int
  /// Whose image it is. Images of one patient never stand on both sides of a grouped split.
  public let patient: String

  /// A labelled image.
  public init(path: String, label: Int, patient: String) {
    self.path = path
    self.label = label
    self.patient = patient
  }
}
