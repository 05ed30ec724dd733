/// A section of the report.
struct ReportSection {
  /// Which is linked to.
  let id: String
  let title: String
  /// The template that shows the content.
  let template: String
  let content: any SectionContent

  init(id: String? = nil, title: String, _ content: some SectionContent) {
    template = type(of: content).template
    self.id = id ?? template
    self.title = title
    self.content = content
  }
}

/// What the template of a section shows: its stored properties.
protocol SectionContent {
  /// The name of the template.
  static var template: String { get }
}
