import Pneumo
import PneumoConsole
import PneumoSupport

/// Where the time went, layer by layer.
struct ProfileReport {
  private let layers: [LayerProfile]

  init(_ layers: [LayerProfile]) { self.layers = layers }

  /// Prints on standard error: a table, or JSON where the answers are JSON too.
  func print(_ format: OutputFormat) {
    if format.isJSON {
      StandardStream.error.write(data: json.text + "\n")
    } else {
      StandardStream.error.write(table)
    }
  }

  private var total: Double { layers.reduce(0) { $0 + $1.seconds } }

  private var json: JSON {
    .object([
      "images": .int(layers.first?.images ?? 0),
      "layers": .array(
        layers.map { layer in
          .object([
            "layer": .string(layer.layer),
            "kernel": .string(layer.kernel),
            "ms_per_image": .double(milliseconds(layer.seconds)),
            "share": .double(total > 0 ? layer.seconds / total : 0),
            "gflops": .double(layer.gigaflops),
          ])
        }),
      "ms_per_image": .double(milliseconds(total)),
    ])
  }

  private var table: ConsoleText {
    var table = Table([
      .init("layer"), .init("kernel"), .init("ms/image", .right), .init("share", .right),
      .init("GFLOP/s", .right),
    ])
    for layer in layers {
      let hasFlops = layer.floatingPointOperations > 0
      table.append([
        layer.layer, layer.kernel, Format.fixed(milliseconds(layer.seconds), 3),
        percent(layer.seconds), hasFlops ? Format.fixed(layer.gigaflops, 1) : "-",
      ])
    }
    let operations = layers.reduce(0) { $0 + $1.floatingPointOperations }
    table.append([
      "all", "", Format.fixed(milliseconds(total), 3), percent(total),
      total > 0 ? Format.fixed(Double(operations) / total / 1e9, 1) : "-",
    ])
    return "\n\(table)"
  }

  private func percent(_ seconds: Double) -> String {
    "\(Format.fixed(total > 0 ? 100 * seconds / total : 0, 1))%"
  }

  private func milliseconds(_ seconds: Double) -> Double {
    let images = layers.first?.images ?? 0
    return images > 0 ? seconds * 1000 / Double(images) : 0
  }
}
