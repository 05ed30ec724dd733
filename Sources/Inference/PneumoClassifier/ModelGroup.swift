import Pneumo
import PneumoImaging

/// Models that take the same tensors.
struct ModelGroup: Sendable {
  let preprocessing: Preprocessing
  private(set) var sessions: [Session]
  /// The index of each session's model among all models.
  private(set) var models: [Int]

  /// Elements of an image's tensor.
  var inputCount: Int { preprocessing.shape.count }

  /// Sessions by their preprocessing, in the order in which each comes first.
  static func grouping(_ sessions: [Session]) -> [ModelGroup] {
    var groups: [ModelGroup] = []
    for (number, session) in sessions.enumerated() {
      let preprocessing = session.model.preprocessing
      if let index = groups.firstIndex(where: { $0.preprocessing == preprocessing }) {
        groups[index].sessions.append(session)
        groups[index].models.append(number)
      } else {
        groups.append(
          ModelGroup(preprocessing: preprocessing, sessions: [session], models: [number]))
      }
    }
    return groups
  }
}
