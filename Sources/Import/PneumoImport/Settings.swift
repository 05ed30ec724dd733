import PneumoCheckpoint
import PneumoModel
import PneumoSupport
import PneumoSystem

/// How pixels become the input, except for the size, which the network says.
package struct PreprocessingSettings: Hashable, Sendable {
  /// The colours that the network takes.
  package var colorMode: Preprocessing.ColorMode
  /// How images are resized.
  package var filter: Preprocessing.Filter
  /// One number, or one a channel, as are `mean` and `standardDeviation`.
  package var scale: [Float]
  /// What is subtracted after scaling.
  package var mean: [Float]
  /// What the difference is divided by.
  package var standardDeviation: [Float]
  /// Whether the EXIF orientation turns the image first.
  package var appliesOrientation: Bool

  /// What the study does with images, of one channel where the network takes one.
  ///
  /// - Parameter isScaled: whether pixels are multiplied by 1/255.
  package init(channels: Int = 3, isScaled: Bool = true) {
    let study = Preprocessing.kerasStudy(size: Extent(1))
    colorMode = channels == 1 ? .gray : study.colorMode
    filter = study.filter
    scale = isScaled ? [study.scale[0]] : [1]
    mean = [0]
    standardDeviation = [1]
    appliesOrientation = study.appliesOrientation
  }

  /// What the study does, with the colours that `imported` takes, and unscaled where it begins with
  /// a rescaling of its own.
  package static func study(for imported: ImportedModel) -> PreprocessingSettings {
    PreprocessingSettings(
      channels: imported.graph.inputShape.channels, isScaled: imported.rescaling == nil)
  }

  /// Reads a JSON object with any of the members `color_mode`, `filter`, `scale`, `mean`, `std` and
  /// `exif_orientation`; the others are those of `defaults`.
  package init(
    contentsOf path: String, defaults: PreprocessingSettings = PreprocessingSettings()
  ) throws(ImportError) {
    self = defaults
    do throws(ImportError) {
      var settings = try SettingsReader(contentsOf: path)
      colorMode = try settings.choice("color_mode") ?? colorMode
      filter = try settings.choice("filter") ?? filter
      scale = try settings.numbers("scale", channels: colorMode.channels) ?? scale
      mean = try settings.numbers("mean", channels: colorMode.channels) ?? mean
      standardDeviation =
        try settings.numbers("std", channels: colorMode.channels)
        ?? standardDeviation
      if let layout: Preprocessing.Layout = try settings.choice("layout"), layout != .channelsLast {
        throw ImportError(
          .invalidSetting, "the layout is \(layout), expected channels-last, as in Keras")
      }
      appliesOrientation = try settings.flag("exif_orientation") ?? appliesOrientation
      try settings.finish()
    } catch {
      throw error.naming(file: path)
    }
  }

  func preprocessing(size: Extent) -> Preprocessing {
    let channels = colorMode.channels
    func spread(_ values: [Float]) -> [Float] {
      values.count == 1 ? [Float](repeating: values[0], count: channels) : values
    }
    return Preprocessing(
      colorMode: colorMode, size: size, filter: filter, scale: spread(scale), mean: spread(mean),
      standardDeviation: spread(standardDeviation), appliesOrientation: appliesOrientation)
  }
}

extension ModelCard {
  /// Reads a JSON object with any of the members `name`, `description`, `source`, `data`,
  /// `metrics` (an object of numbers), `licence`, `creator`, `date` and `limitations`.
  package init(contentsOf path: String) throws(ImportError) {
    self.init()
    do throws(ImportError) {
      var settings = try SettingsReader(contentsOf: path)
      name = try settings.text("name") ?? ""
      description = try settings.text("description") ?? ""
      source = try settings.text("source") ?? ""
      data = try settings.text("data") ?? ""
      metrics = try settings.metrics("metrics")
      licence = try settings.text("licence") ?? ""
      creator = try settings.text("creator") ?? ""
      date = try settings.text("date") ?? ""
      limitations = try settings.text("limitations") ?? ""
      try settings.finish()
    } catch {
      throw error.naming(file: path)
    }
  }
}

/// The members of a JSON object, each taken once; what is left at the end is unknown.
private struct SettingsReader {
  private let members: [String: JSON]
  private var known: [String] = []

  init(contentsOf path: String) throws(ImportError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path, limit: 1 << 20)
    } catch {
      throw ImportError(error)
    }
    let value = try JSON(importing: bytes)
    guard let members = value.members else {
      throw ImportError(.invalidSetting, "expected a JSON object, found \(value.kind)")
    }
    self.members = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }

  private mutating func take(_ name: String) -> JSON? {
    known.append(name)
    return members[name] == .null ? nil : members[name]
  }

  private func unexpected(_ name: String, _ expected: String) -> ImportError {
    ImportError(
      .invalidSetting, "'\(name)' should be \(expected), found \(members[name]?.kind ?? "nothing")")
  }

  mutating func text(_ name: String) throws(ImportError) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.string else { throw unexpected(name, "a string") }
    return text
  }

  mutating func flag(_ name: String) throws(ImportError) -> Bool? {
    guard let value = take(name) else { return nil }
    guard let flag = value.bool else { throw unexpected(name, "true or false") }
    return flag
  }

  /// One of the values of an enumeration, by its description.
  mutating func choice<Choice: CaseIterable & CustomStringConvertible>(
    _ name: String
  ) throws(ImportError) -> Choice? {
    guard let text = try text(name) else { return nil }
    if let choice = Choice.allCases.first(where: { $0.description == text }) { return choice }
    let choices = Choice.allCases.map(\.description).joined(separator: ", ")
    throw ImportError(.invalidSetting, "'\(name)' is '\(text)', expected one of \(choices)")
  }

  /// One finite number, or one a channel.
  mutating func numbers(_ name: String, channels: Int) throws(ImportError) -> [Float]? {
    guard let value = take(name) else { return nil }
    let numbers = (value.array ?? [value]).compactMap { $0.double.map { Float($0) } }
    guard numbers.count == value.array?.count ?? 1, [1, channels].contains(numbers.count),
      numbers.allSatisfy(\.isFinite)
    else {
      throw unexpected(name, channels == 1 ? "a number" : "a number or a list of \(channels)")
    }
    return numbers
  }

  /// The members of an object of numbers, in their order.
  mutating func metrics(_ name: String) throws(ImportError) -> [ModelCard.Metric] {
    guard let value = take(name) else { return [] }
    guard let metrics = value.members, metrics.allSatisfy({ $0.value.double != nil }) else {
      throw unexpected(name, "an object of numbers")
    }
    return metrics.map { ModelCard.Metric(name: $0.name, value: $0.value.double!) }
  }

  /// Refuses members that nothing asked for.
  func finish() throws(ImportError) {
    let unknown = members.keys.filter { !known.contains($0) }.sorted()
    guard unknown.isEmpty else {
      throw ImportError(
        .invalidSetting,
        "unknown: \(unknown.joined(separator: ", ")); known are \(known.joined(separator: ", "))")
    }
  }
}
