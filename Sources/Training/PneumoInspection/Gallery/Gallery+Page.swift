import PneumoSupport

extension Gallery {

  /// One page (HTML) with all images in it: it loads nothing, runs nothing, and is dark where its
  /// reader is.
  package var page: String {
    HTMLPage(
      title: title, generator: "pneumo-data",
      style: Self.style + ".strip { grid-template-columns: repeat(\(settings.versions + 1), "
        + "minmax(84px, 1fr)); }",
      body: """
        <header>
        <h1>\(markup(title))</h1>
        <p>\(markup(introduction))</p>
        </header>
        \(sections.joined(separator: "\n"))

        """
    ).html
  }

  private static let style = """
    :root { color-scheme: light dark; --ground: #ffffff; --text: #1f2933; --quiet: #5b6672;
      --rule: #dfe3e8; --frame: #0b0d10; }
    @media (prefers-color-scheme: dark) {
      :root { --ground: #14181d; --text: #e6e9ed; --quiet: #98a3b0; --rule: #2c343d; }
    }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 24px; max-width: 1240px; background: var(--ground);
      color: var(--text); font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; }
    h1 { font-size: 22px; margin: 0; overflow-wrap: anywhere; }
    h2 { font-size: 17px; margin: 32px 0 12px; padding-top: 14px;
      border-top: 1px solid var(--rule); }
    h2 span, header p { color: var(--quiet); font-weight: 400; }
    header p { margin: 4px 0 0; max-width: 70ch; }
    figure { margin: 0; break-inside: avoid; }
    img { display: block; width: 100%; object-fit: contain; background: var(--frame);
      border-radius: 4px; }
    figcaption { margin-top: 5px; font-size: 12px; color: var(--quiet); overflow-wrap: anywhere; }
    .grid { display: grid; gap: 18px 14px;
      grid-template-columns: repeat(auto-fill, minmax(min(200px, 42vw), 1fr)); }
    .grid img { aspect-ratio: 1; }
    .strip { display: grid; gap: 8px; overflow-x: auto; padding-bottom: 4px; }
    .strip div { font-size: 12px; color: var(--quiet); text-align: center; }
    .strip img { aspect-ratio: 1; margin-bottom: 3px; }
    .strips figure + figure { margin-top: 20px; }

    """

  private var isAugmented: Bool { settings.augmentation != .none }

  private var title: String {
    isAugmented ? "Augmented images of \(name)" : "Images of \(name)"
  }

  private var name: String { collection.paths.joined(separator: ", ") }

  private var introduction: String {
    let chosen =
      "\(Format.grouped(imageCount)) of \(Format.grouped(collection.imageCount)) images, chosen at"
      + " random (seed \(settings.seed))."
    guard isAugmented else { return chosen }
    let size = settings.preprocessing.size
    return chosen + " Beside each, at \(size.width) × \(size.height) pixels, is what pneumo-train"
      + " makes of it in its first \(settings.versions) epochs, with this seed and augmentation."
  }

  private var sections: [String] {
    cells.filter { !$0.pictures.isEmpty }.map { cell in
      let split = collection.splits[cell.split].name
      let heading = collection.splits.count > 1 ? "\(split) / " : ""
      let figures = cell.pictures.map { isAugmented ? strip($0, cell) : figure($0, cell) }
      return """
        <section>
        <h2>\(markup(heading + collection.classes[cell.label])) \
        <span>\(cell.pictures.count) of \(Format.grouped(cell.order.count))</span></h2>
        <div class="\(isAugmented ? "strips" : "grid")">
        \(figures.joined(separator: "\n"))
        </div>
        </section>
        """
    }
  }

  private func figure(_ picture: Picture, _ cell: Cell) -> String {
    """
    <figure>
    \(image(picture.original, "\(collection.classes[cell.label]), \(file(picture))"))
    \(caption(picture))
    </figure>
    """
  }

  private func strip(_ picture: Picture, _ cell: Cell) -> String {
    let label = "\(collection.classes[cell.label]), \(file(picture))"
    let parts =
      ["<div>\(image(picture.original, label))original</div>"]
      + picture.versions.enumerated().map { index, version in
        "<div>\(image(version, "\(label), epoch \(index + 1)"))epoch \(index + 1)</div>"
      }
    return """
      <figure>
      <div class="strip" tabindex="0">
      \(parts.joined(separator: "\n"))
      </div>
      \(caption(picture))
      </figure>
      """
  }

  private func caption(_ picture: Picture) -> String {
    "<figcaption>\(markup(file(picture))) · \(picture.width) × \(picture.height)</figcaption>"
  }

  private func file(_ picture: Picture) -> String {
    picture.sample.path.split(separator: "/").last.map(String.init) ?? picture.sample.path
  }

  private func image(_ bytes: [UInt8], _ description: String) -> String {
    "<img alt=\"\(markup(description))\" src=\"data:image/jpeg;base64,\(Format.base64(bytes))\">"
  }

  /// `text` between tags or quotes.
  private func markup(_ text: String) -> String {
    text.markupEscaped
  }
}
