import PneumoSupport

/// What an attribute of a drawing can hold.
package protocol SVGValue {
  /// The value as it is written, not yet escaped.
  var svgText: String { get }
}

extension String: SVGValue {
  package var svgText: String { self }
}

extension Int: SVGValue {
  package var svgText: String { "\(self)" }
}

extension Double: SVGValue {
  /// To a tenth of a pixel.
  package var svgText: String { Format.fixed(self, 1) }
}

/// An element of a drawing (SVG), with what is in it.
///
/// All drawings are made of these, so that names and texts are escaped in one place and every picture
/// is well-formed XML, whatever they hold.
package struct SVGElement: Sendable {
  private enum Content: Sendable {
    case element(SVGElement)
    case text(String)
  }

  private let name: String
  private var attributes: [(name: String, value: String)]
  private var content: [Content] = []

  /// An element with attributes, those without a value left out, and other elements in it.
  package init(
    _ name: String, _ attributes: KeyValuePairs<String, (any SVGValue)?> = [:],
    _ children: [SVGElement] = []
  ) {
    self.name = name
    self.attributes = attributes.compactMap { name, value in value.map { (name, $0.svgText) } }
    content = children.map { .element($0) }
  }

  /// An element with text in it.
  package init(
    _ name: String, _ attributes: KeyValuePairs<String, (any SVGValue)?> = [:], text: String
  ) {
    self.init(name, attributes)
    content = [.text(text)]
  }

  /// A drawing that stands in a file of its own and follows its viewer's light or dark mode. It names
  /// its maker, so that tools replace no drawing but their own.
  ///
  /// - Parameter summary: what it shows, for those who cannot see it.
  package static func document(
    width: Double, height: Double, title: String, summary: String, _ children: [SVGElement]
  ) -> String {
    SVGElement(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(Int(width)) \(Int(height))",
        "width": Int(width), "height": Int(height), "role": "img", "class": "chart",
        "data-generator": "Pneumo",
      ],
      [
        SVGElement("title", text: title), SVGElement("desc", text: summary),
        SVGElement("style", text: ChartStyle.text),
      ] + children
    ).text
  }

  /// Appends an element.
  package mutating func append(_ child: SVGElement) { content.append(.element(child)) }

  /// The element as XML, with a line feed after it.
  package var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    text += "<\(name)"
    for (name, value) in attributes { text += " \(name)=\"\(value.markupEscaped)\"" }
    guard !content.isEmpty else {
      text += "/>\n"
      return
    }
    text += ">"
    if case .element = content[0] { text += "\n" }
    for part in content {
      switch part {
      case .element(let element): element.write(to: &text)
      case .text(let words): text += words.markupEscaped
      }
    }
    text += "</\(name)>\n"
  }
}
