import PneumoChart

/// What stands in the page besides its text.
enum Resource {
  static let style =
    ChartStyle.text + "\n" + String(decoding: PackageResources.report_css, as: UTF8.self)
    + shareStyle
  static let script = String(decoding: PackageResources.report_js, as: UTF8.self)
}
