/// Reads or writes the fields of a layer, each passed `inout` by the layer's `visit` in the order of
/// the `.pnm` format. One visit drives the binary format, the JSON of architectures and summaries.
///
/// Names are those of the JSON; a field without a name is in `.pnm` files only.
package protocol FieldVisitor {
  /// What the weights of the visited layer are.
  associatedtype Weight: LayerWeight
  /// What reading may throw.
  associatedtype Failure: Error

  /// The ``Layer/type`` that was declared, where JSON is read or written; otherwise the layer's own.
  var type: String { get }
  /// The shapes of the layer's inputs, where weights are declared by what a layer reads; otherwise
  /// empty.
  var inputs: [TensorShape] { get }

  /// A size that `.pnm` files tell by the shape of a weight.
  mutating func size(_ value: inout Int, _ name: String) throws(Failure)
  /// Rows and columns that `.pnm` files tell by the shape of a weight.
  mutating func size(_ value: inout Extent, _ name: String) throws(Failure)
  /// A whole number.
  mutating func count(_ value: inout Int, _ name: String, default: Int) throws(Failure)
  /// Rows and columns; required where there is no default.
  mutating func extent(_ value: inout Extent, _ name: String, default: Extent?) throws(Failure)
  /// Rows and columns added at each side; required.
  mutating func insets(_ value: inout Insets, _ name: String) throws(Failure)
  /// How a window meets the border; `valid` by default.
  mutating func padding(_ value: inout Padding, _ name: String) throws(Failure)
  /// Yes or no.
  mutating func flag(_ value: inout Bool, _ name: String, default: Bool) throws(Failure)
  /// A number; required where there is no default.
  mutating func number(_ value: inout Float, _ name: String, default: Float?) throws(Failure)
  /// An activation, by default none.
  mutating func activation(_ value: inout Activation?, _ name: String) throws(Failure)
  /// One of a few values; required.
  mutating func choice(_ value: inout some FieldChoice, _ name: String?) throws(Failure)
  /// The weights of a layer that multiplies: the last axis of the kernel counts outputs, and the bias
  /// has one element for each. `shape` is that of a kernel that is declared.
  mutating func kernel(
    _ kernel: inout Weight, bias: inout Weight?, shape: [Int]
  ) throws(Failure)
  /// A weight with one element a channel, which begins as `initial`. An average follows the data
  /// instead of a gradient.
  mutating func perChannel(
    _ weight: inout Weight, _ name: String, channels: Int, initial: Float, isAverage: Bool
  ) throws(Failure)
}

/// A field that is one of a few values.
package protocol FieldChoice: RawRepresentable, CaseIterable, CustomStringConvertible, Sendable
where RawValue == UInt8 {
  /// What messages call the field.
  static var fieldName: String { get }
  /// The first version of the `.pnm` format that has the value.
  var formatVersion: Int { get }
}

extension FieldVisitor {
  /// Channels of the first input where weights are declared; otherwise `count`, which the weights of
  /// the layer have.
  package func channels(or count: Int?) -> Int { inputs.first?.channels ?? count ?? 0 }
}
