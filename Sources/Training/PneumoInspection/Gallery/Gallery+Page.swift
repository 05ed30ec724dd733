import PneumoPage
import PneumoSupport

extension Gallery {

  /// One page (HTML) with all images in it: it loads nothing, runs nothing, and is dark where its
  /// reader is.
  package var page: String {
    let columns = "repeat(\(settings.versions + 1), minmax(84px, 1fr))"
    return HTMLPage(
      title: title, generator: "pneumo-data",
      style: String(decoding: PackageResources.gallery_css, as: UTF8.self)
        + ".strip { grid-template-columns: \(columns); }",
      body: Self.templates.text("gallery", content)
    ).html
  }

  private static let templates = PageTemplates(["gallery": PackageResources.gallery_mustache])

  /// What `gallery` shows.
  struct PageContent {
    struct Section {
      let heading: String
      let shown: Int
      let available: String
      let pictures: [Figure]
    }

    struct Figure {
      let images: [LabeledImage]
      let file: String
      let width: Int
      let height: Int
    }

    struct LabeledImage {
      let image: InlineImage
      let label: String
    }

    let title: String
    let introduction: String
    let isAugmented: Bool
    let sections: [Section]
  }

  var content: PageContent {
    PageContent(
      title: title, introduction: introduction, isAugmented: isAugmented,
      sections: cells.filter { !$0.pictures.isEmpty }.map { cell in
        let split = collection.splits.count > 1 ? "\(collection.splits[cell.split].name) / " : ""
        let label = collection.classes[cell.label]
        return PageContent.Section(
          heading: split + label, shown: cell.pictures.count,
          available: Format.grouped(cell.order.count),
          pictures: cell.pictures.map { figure($0, label) })
      })
  }

  private func figure(_ picture: Picture, _ label: String) -> PageContent.Figure {
    let file = picture.sample.path.split(separator: "/").last.map(String.init)
    let description = "\(label), \(file ?? picture.sample.path)"
    let original = PageContent.LabeledImage(
      image: InlineImage(picture.original, description: description), label: "original")
    let versions = picture.versions.enumerated().map { index, version in
      let epoch = "epoch \(index + 1)"
      return PageContent.LabeledImage(
        image: InlineImage(version, description: "\(description), \(epoch)"), label: epoch)
    }
    return PageContent.Figure(
      images: [original] + versions, file: file ?? picture.sample.path, width: picture.width,
      height: picture.height)
  }

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
}
