import PneumoSupport

extension LeakCheck {

  /// Whether a patient, or an image, is in several splits.
  package var leaks: Bool {
    !patients.isEmpty || (identical + nearlyIdentical).contains(where: \.crossesSplits)
  }

  /// Whether an image is in several classes.
  package var conflicts: Bool { (identical + nearlyIdentical).contains(where: \.conflicts) }

  /// What came out, on one line.
  package var verdict: String {
    let groups = identical + nearlyIdentical
    var faults: [String] = []
    if !patients.isEmpty {
      faults.append("\(count(patients.count, "patient")) in more than one split")
    }
    let crossing = groups.count(where: \.crossesSplits)
    if crossing > 0 {
      faults.append("\(count(crossing, "image")) in more than one split")
    }
    let conflicting = groups.count(where: \.conflicts)
    if conflicting > 0 {
      faults.append("\(count(conflicting, "image")) in more than one class")
    }
    let name = leaks ? (conflicts ? "LEAK AND CONFLICT" : "LEAK") : "CONFLICT"
    if !faults.isEmpty { return "\(name): \(faults.joined(separator: "; "))." }
    guard collection.splits.count > 1 else {
      return "No conflict: of \(count(imageCount, "image")) none is in two classes. "
        + "One split has no leaks."
    }
    return "No leak and no conflict: of \(count(imageCount, "image")) none is in two of "
      + "\(collection.splits.count) splits or in two classes, \(patientVerdict)."
  }

  private var patientVerdict: String {
    let unknown = collection.unknownPatients
    if unknown == 0 { return "and no patient is in two splits" }
    if unknown == collection.imageCount { return "but no name of a file tells a patient" }
    return "and no patient that a name tells; \(Format.grouped(unknown)) names tell none"
  }

  private func count(_ number: Int, _ noun: String) -> String {
    "\(Format.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// Tables for people: what was found, the first groups of each kind, and the verdict.
  package var text: String {
    var table = Table([
      Table.Column("found"), Table.Column("groups", .right), Table.Column("images", .right),
      Table.Column("in two splits", .right), Table.Column("in two classes", .right),
      Table.Column("of two patients", .right),
    ])
    for (name, groups) in [("identical", identical), ("nearly identical", nearlyIdentical)] {
      table.append(
        [name]
          + [
            groups.count, groups.reduce(0) { $0 + $1.members.count },
            groups.count(where: \.crossesSplits), groups.count(where: \.conflicts),
            groups.count { !$0.isOfOnePatient },
          ].map(Format.grouped))
    }
    var sections = [collection.summary, table.text]
    sections.append(
      "\(count(patients.count, "patient")) in more than one split\n")
    sections.append(
      contentsOf: listing(
        patients.map { ("patient \($0.name)", $0.members) }, "Patients in more than one split"))
    sections.append(
      contentsOf: listing(identical.map { (traits($0), $0.members) }, "Identical images"))
    sections.append(
      contentsOf: listing(
        nearlyIdentical.map { group in
          let look =
            "\(group.distance) bits, correlation \(Format.fixed(group.similarity, 4))"
          return ("\(look): \(traits(group))", group.members)
        }, "Nearly identical images"))
    return sections.joined(separator: "\n") + "\n\(verdict)\n"
  }

  /// The most groups of a kind that are listed for people.
  private static let listed = 20

  private func traits(_ group: Group) -> String {
    [
      group.crossesSplits ? "LEAK" : nil, group.conflicts ? "CONFLICT" : nil,
      group.isOfOnePatient ? "same patient" : "different patients",
    ].compactMap(\.self).joined(separator: ", ")
  }

  private func listing(_ groups: [(String, [Member])], _ title: String) -> [String] {
    guard !groups.isEmpty else { return [] }
    var lines = ["\(title):"]
    for (name, members) in groups.prefix(Self.listed) {
      lines.append("  \(Format.visible(name))")
      lines += members.prefix(Self.listed).map { "    \(Format.visible($0.sample.path))" }
      if members.count > Self.listed { lines.append("    and \(members.count - Self.listed) more") }
    }
    if groups.count > Self.listed {
      lines.append("  and \(groups.count - Self.listed) more: --format json lists all")
    }
    return [lines.map { $0 + "\n" }.joined()]
  }

  /// All of it, for programs.
  package var json: JSON {
    .object([
      "paths": .array(collection.paths.map { .string($0) }),
      "splits": .array(collection.splits.map { .string($0.name) }),
      "images": .int(imageCount),
      "images_of_unknown_patients": .int(collection.unknownPatients),
      "distance": .int(standard.distance),
      "similarity": .double(standard.similarity),
      "leak": .bool(leaks),
      "conflict": .bool(conflicts),
      "verdict": .string(verdict),
      "patients": .array(
        patients.map { patient in
          .object([
            "patient": .string(patient.name), "images": .array(patient.members.map(json)),
          ])
        }),
      "identical": .array(identical.map(json)),
      "nearly_identical": .array(nearlyIdentical.map(json)),
      "problems": .array(problems.map(\.json)),
    ])
  }

  private func json(_ group: Group) -> JSON {
    .object([
      "leak": .bool(group.crossesSplits),
      "conflict": .bool(group.conflicts),
      "same_patient": .bool(group.isOfOnePatient),
      "distance": .int(group.distance),
      "similarity": .double(group.similarity),
      "images": .array(group.members.map(json)),
    ])
  }

  private func json(_ member: Member) -> JSON {
    .object([
      "file": .string(member.sample.path),
      "split": .string(collection.splits[member.split].name),
      "class": .string(collection.classes[member.sample.label]),
      "patient": .string(member.sample.patient),
    ])
  }
}
