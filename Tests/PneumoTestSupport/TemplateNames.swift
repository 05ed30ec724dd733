/// Names that templates (Mustache) ask for and no property has: they would show nothing, in silence.
///
/// - Parameters:
///   - templates: their texts.
///   - values: what they show, with every property that may be absent.
public func unknownNames(in templates: [[UInt8]], showing values: [Any]) -> Set<String> {
  var properties: Set<String> = []
  for value in values { addProperties(of: value, to: &properties) }
  // {{name}}, {{#name}}, {{^empty(name)}}, {{{name}}}, {{>*name}}, each with a dot before it or not.
  let tag = #/{{[{#^]?(?:>\*)?(?:empty\()?\.?([A-Za-z]+)\)?}}/#
  let names = templates.flatMap { template in
    String(decoding: template, as: UTF8.self).matches(of: tag).map { String($0.output.1) }
  }
  return Set(names).subtracting(properties)
}

private func addProperties(of value: Any, to names: inout Set<String>) {
  for (label, child) in Mirror(reflecting: value).children {
    if let label { names.insert(label) }
    addProperties(of: child, to: &names)
  }
}
