/// The colors of charts, for pages and for drawings in files of their own.
///
/// `series0` to `series5` are told apart by color and dashes (after Okabe and Ito, for all kinds of
/// color vision), `positive` and `negative` are the two classes, `quiet` is what is less important,
/// `chance` a diagonal, `mark` an upright line.
package enum ChartStyle {
  /// A style sheet (CSS), on one line because line feeds in it would mean nothing.
  package static let text = String(decoding: PackageResources.chart_css, as: UTF8.self)
    .split(separator: "\n").joined(separator: " ")
}
