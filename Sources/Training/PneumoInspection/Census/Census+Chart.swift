import PneumoChart
import PneumoSupport

extension Census {
  /// The census as a picture (SVG): for each split and class a bar of images, and below it one of
  /// patients.
  package func chart(title: String) -> BarChart {
    var chart = BarChart(
      title: title,
      subtitle: "\(Format.grouped(all.images)) images of \(Format.grouped(all.patients)) patients",
      summary: chartSummary, panels: splits.map(panel))
    chart.legend = [("images", "series5"), ("patients", "series5 pale")]
    chart.footnote = footnote
    return chart
  }

  private func panel(_ split: Split) -> BarChart.Panel {
    let rows = zip(collection.classes, split.classes).enumerated().map { label, part in
      let (name, count) = part
      let share =
        split.all.images > 0
        ? " (\(Format.fixed(100 * Double(count.images) / Double(split.all.images), 1))%)" : ""
      let style = "series\(label % 5)"
      return BarChart.Row(
        name,
        [
          BarChart.Bar(
            Double(count.images), style: style, text: Format.grouped(count.images) + share),
          BarChart.Bar(
            Double(count.patients), style: "\(style) pale",
            text: "\(Format.grouped(count.patients)) "
              + (count.patients == 1 ? "patient" : "patients")),
        ])
    }
    let note =
      splits.count > 1
      ? "\(Format.grouped(split.all.images)) images · "
        + "\(Format.grouped(split.all.patients)) patients" : ""
    return BarChart.Panel(title: split.name, note: note, rows: rows)
  }

  private var footnote: String {
    var parts: [String] = []
    if let widths = all.widths, let heights = all.heights {
      parts.append(
        all.sizes == 1
          ? "all \(widths.minimum) × \(heights.minimum) pixels"
          : "\(widths.minimum) to \(widths.maximum) pixels wide, "
            + "\(heights.minimum) to \(heights.maximum) high")
    }
    let unknown = collection.unknownPatients
    if unknown > 0 { parts.append("no patient ID in \(Format.grouped(unknown)) file names") }
    parts.append(
      problems.isEmpty
        ? "no problem with a file" : "problems: \(Format.grouped(problems.count))")
    return parts.joined(separator: " · ")
  }

  private var chartSummary: String {
    splits.map { split in
      "\(split.name): "
        + zip(collection.classes, split.classes).map { name, count in
          "\(name) \(count.images) images of \(count.patients) patients"
        }.joined(separator: ", ")
    }.joined(separator: "; ")
  }
}
