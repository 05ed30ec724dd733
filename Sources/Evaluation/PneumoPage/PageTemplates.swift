import Mustache
import PneumoSupport

/// Templates (Mustache) of pages: their files hold all of the HTML, and whatever a value brings into
/// it is escaped unless the template says `{{{…}}}`.
///
/// A template shows the stored properties of a value. A name that starts with a dot is looked up in
/// that value alone, others also in those around it.
package struct PageTemplates: Sendable {
  private var library = MustacheLibrary()

  /// Templates by name, with those that all pages share.
  ///
  /// - Precondition: they are well-formed. They are embedded in the program.
  package init(_ sources: [String: [UInt8]]) {
    Self.registerEscaping
    add("image", PackageResources.image_mustache)
    for (name, source) in sources { add(name, source) }
  }

  private mutating func add(_ name: String, _ source: [UInt8]) {
    let text = "{{% CONTENT_TYPE: \(Self.escaping)}}\n" + String(decoding: source, as: UTF8.self)
    do {
      try library.register(text, named: name)
    } catch {
      preconditionFailure("template \(name): \(error)")
    }
  }

  /// What the template makes of `value`.
  ///
  /// - Precondition: there is a template of this name.
  package func text(_ name: String, _ value: Any) -> String {
    library.render(value, withTemplate: name)!
  }

  // The library escapes by characters, and to it a quote with a combining accent is none.
  private struct ScalarEscaping: MustacheContentType {
    func escapeText(_ text: String) -> String { text.markupEscaped }
  }

  private static let escaping = "SCALARS"
  private static let registerEscaping: Void =
    MustacheContentTypes.register(ScalarEscaping(), named: escaping)
}
