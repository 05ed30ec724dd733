/// Something that the user has to change.
struct Failure: Error, CustomStringConvertible {
  let description: String
}
