import PneumoChart
import PneumoSupport

extension Comparison {
  /// The comparison as a picture: a panel of horizontal bars for each cell.
  func chart(title: String) -> BarChart {
    let engines = self.engines
    var chart = BarChart(
      title: "Milliseconds per image: shorter is faster", subtitle: title,
      summary: "Milliseconds per image of \(engines.map(Engine.title).joined(separator: ", ")).",
      panels: cells.map { cell in
        let note = fastestPeer(cell).flatMap { peer in
          ratio(cell).map { "\(Format.fixed($0, 2)) × the time of \(Engine.title(peer.engine))" }
        }
        return BarChart.Panel(
          title: cell.title, note: note ?? "",
          rows: engines.map { engine in
            let time = entry(engine, cell)?.perImage
            return BarChart.Row(
              Engine.title(engine),
              [
                BarChart.Bar(
                  time, style: engine == "pneumo" ? "series0" : "other",
                  text: time.map { Format.fixed($0, 2) } ?? "not timed")
              ])
          })
      })
    chart.columns = 2
    chart.panelWidth = 440
    chart.sharesScale = false
    return chart
  }
}
