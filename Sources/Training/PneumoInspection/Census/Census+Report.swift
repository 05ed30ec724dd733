import PneumoSupport

extension Census {

  /// Tables for people.
  package var text: String {
    var table = Table([
      Table.Column("split"), Table.Column("class"), Table.Column("images", .right),
      Table.Column("share", .right), Table.Column("patients", .right),
      Table.Column("sizes", .right), Table.Column("width", .right),
      Table.Column("height", .right),
    ])
    for split in splits {
      for (name, count) in zip(collection.classes, split.classes) {
        table.append(row(split.name, name, count, of: split.all))
      }
      if collection.classes.count > 1 { table.append(row(split.name, "all", split.all, of: all)) }
    }
    if splits.count > 1 {
      for (name, count) in zip(collection.classes, classes) {
        table.append(row("all", name, count, of: all))
      }
      table.append(row("all", "all", all, of: all))
    }
    return "\(collection.summary)\n\(table.text)\n\(notes)"
  }

  private func row(_ split: String, _ name: String, _ count: Count, of whole: Count) -> [String] {
    func range(_ extremes: Extremes?) -> String {
      guard let extremes else { return "-" }
      guard extremes.minimum < extremes.maximum else { return "\(extremes.minimum)" }
      return "\(extremes.minimum)…\(extremes.median.short)…\(extremes.maximum)"
    }
    return [
      Format.visible(split), Format.visible(name), Format.grouped(count.images),
      share(count.images, of: whole.images), Format.grouped(count.patients),
      Format.grouped(count.sizes), range(count.widths), range(count.heights),
    ]
  }

  private func share(_ part: Int, of whole: Int) -> String {
    whole > 0 ? "\(Format.fixed(100 * Double(part) / Double(whole), 1))%" : "-"
  }

  private var notes: String {
    var lines: [String] = []
    func add(_ title: String, _ parts: [String]) {
      lines.append("\(title): \(parts.isEmpty ? "none" : parts.joined(separator: ", "))")
    }
    if all.images > 0 {
      add(
        "Colors",
        ColorKind.allCases.compactMap { kind in
          all.colors[kind].map { "\(Format.grouped($0)) \(kind.words)" }
        })
    }
    if collection.unknownPatients > 0 {
      lines.append(
        "Patients: \(Format.grouped(collection.unknownPatients)) of "
          + "\(Format.grouped(collection.imageCount)) names tell none; each counts as one"
      )
    }
    if let balance { lines.append("Balance: \(balance)") }
    add(
      "Problems", problemCounts.map { "\(Format.grouped($0.count)) \($0.kind.words)" })
    if ignoredFiles > 0 {
      lines.append("Passed over: \(Format.grouped(ignoredFiles)) files that are no images")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// How many images the largest class has for each of the smallest; `nil` for one class.
  package var imbalance: Double? {
    let counts = classes.map(\.images).filter { $0 > 0 }
    guard counts.count > 1, let least = counts.min(), let most = counts.max() else { return nil }
    return Double(most) / Double(least)
  }

  private var balance: String? {
    guard let imbalance,
      let most = classes.indices.max(by: { classes[$0].images < classes[$1].images }),
      let least = classes.indices.filter({ classes[$0].images > 0 })
        .min(by: { classes[$0].images < classes[$1].images })
    else { return nil }
    guard imbalance > 1 else { return "all classes have the same number of images" }
    let name = Format.visible(collection.classes[most])
    return "\(Format.fixed(imbalance, 2)) \(name) for each "
      + "\(Format.visible(collection.classes[least])); always answering \(name) is right for "
      + share(classes[most].images, of: all.images)
  }

  /// All of it, for programs.
  package var json: JSON {
    .object([
      "paths": .array(collection.paths.map { .string($0) }),
      "layouts": .array(collection.layouts.map { .string($0.rawValue) }),
      "all": json(all, classes),
      "splits": .array(
        splits.map { split in
          guard case .object(let members) = json(split.all, split.classes) else { return .null }
          return .object([JSON.Member("name", .string(split.name))] + members)
        }),
      "imbalance": imbalance.map { .double($0) } ?? .null,
      "images_of_unknown_patients": .int(collection.unknownPatients),
      "ignored_files": .int(ignoredFiles),
      "problems": .array(problems.map(\.json)),
    ])
  }

  private func json(_ count: Count, _ classes: [Count]) -> JSON {
    .object(
      members(count) + [
        JSON.Member(
          "classes",
          .array(
            zip(collection.classes, classes).map { name, part in
              let share: JSON =
                count.images > 0 ? .double(Double(part.images) / Double(count.images)) : .null
              return .object(
                [JSON.Member("name", .string(name)), JSON.Member("share", share)] + members(part))
            }))
      ])
  }

  private func members(_ count: Count) -> [JSON.Member] {
    [
      JSON.Member("images", .int(count.images)),
      JSON.Member("patients", .int(count.patients)),
      JSON.Member("distinct_sizes", .int(count.sizes)),
      JSON.Member("width", count.widths?.json ?? .null),
      JSON.Member("height", count.heights?.json ?? .null),
      JSON.Member(
        "colors",
        .object(
          ColorKind.allCases.map { JSON.Member($0.rawValue, .int(count.colors[$0] ?? 0)) })),
    ]
  }
}

extension Double {
  /// Without a point where nothing follows it.
  fileprivate var short: String { Format.fixed(self, self == rounded() ? 0 : 1) }
}
