import PneumoDataset
import PneumoImaging
import PneumoSupport

/// What makes a measured quality too good, or a label doubtful: patients and images in several
/// splits, and the same image in two classes.
package struct LeakCheck: Sendable {

  /// When two images are nearly identical: both must hold.
  ///
  /// The standard was chosen on the 5,216 X-rays of the training split of Kermany et al. (2018),
  /// 13.6 million pairs, with `Tools/measure-near-duplicates.py`. Chest X-rays look alike: of
  /// different patients 10 pairs have hashes that differ in at most 2 bits, and 8,575 in at most 8.
  /// Their thumbnails tell them apart: of different X-rays, the same patient's included, none
  /// correlate more than 0.974, whatever their hashes. Every tenth X-ray was also changed and saved
  /// again: as JPEG of quality 50 and 75, at half the size, at 0.7 x 0.8 of it, 15 gray levels
  /// brighter, darkened by 15%, and with a gamma of 0.8. Those differ from the X-ray in at most 6
  /// bits and correlate at least 0.995 with it: this standard finds all 3,654, and no pair of
  /// different X-rays. Of X-rays cut by 2% on each side it finds 30%; those that were mirrored it
  /// does not find.
  package struct Standard: Hashable, Sendable {
    /// The greatest number of different bits of their ``PerceptualHash``, 0...16.
    package var distance: Int
    /// The least correlation of their gray levels at 32 x 32 pixels.
    package var similarity: Double

    /// A standard.
    package init(distance: Int = 8, similarity: Double = 0.98) {
      self.distance = distance
      self.similarity = similarity
    }
  }

  /// An image and where it is.
  package struct Member: Hashable, Sendable {
    /// An index of the collection's splits.
    package let split: Int
    /// The image.
    package let sample: Sample
  }

  /// Images that are the same, or nearly.
  package struct Group: Sendable {
    /// Two or more, in the order of the collection.
    package let members: [Member]
    /// Different bits of those pairs that hold the group together: the most of them.
    package let distance: Int
    /// Correlation of the same pairs: the least of them.
    package let similarity: Double

    /// Whether it is a leak: its images are in more than one split.
    package var crossesSplits: Bool { members.contains { $0.split != members[0].split } }
    /// Whether its images are in more than one class.
    package var conflicts: Bool {
      members.contains { $0.sample.label != members[0].sample.label }
    }
    /// Whether its images are those of one patient.
    package var isOfOnePatient: Bool {
      members.allSatisfy { $0.sample.patient == members[0].sample.patient }
    }
  }

  /// A patient with images in several splits.
  package struct Patient: Sendable {
    /// Who it is.
    package let name: String
    /// All images, in the order of the collection.
    package let members: [Member]
  }

  /// What was looked at.
  package let collection: ImageCollection
  /// What nearly identical means here.
  package let standard: Standard
  /// Images that could be decoded.
  package let imageCount: Int
  /// Patients with images in several splits, by their names.
  package let patients: [Patient]
  /// Images that are the same byte by byte, and to which no other image is nearly identical.
  package let identical: [Group]
  /// Images that look the same, though the bytes of some differ. An image is in one group at most.
  package let nearlyIdentical: [Group]
  /// Those of the collection, and images that cannot be decoded. Patients are told of these too.
  package let problems: [FileProblem]

  /// Decodes all images of a collection, and compares them. Throws `canceled`.
  ///
  /// - Precondition: the distance of the standard is 0...16.
  package init(
    _ collection: ImageCollection, _ standard: Standard = Standard(), _ scan: Scan = Scan()
  ) throws(DatasetError) {
    precondition((0...16).contains(standard.distance), "a distance that can be searched for")
    self.collection = collection
    self.standard = standard
    let members = collection.splits.indices.flatMap { split in
      collection.splits[split].samples.map { Member(split: split, sample: $0) }
    }
    patients = Self.overlaps(members)
    let results = try scan.map(members.count) { index in
      Result { () throws(FileProblem) in
        let (image, file) = try decodedImage(members[index].sample.path)
        return (look: ImageLook(image), hash: ContentHash(file))
      }
    }
    var images: [(member: Member, look: ImageLook, hash: ContentHash)] = []
    var problems = collection.problems
    for (member, result) in zip(members, results) {
      switch result {
      case .success(let image): images.append((member, image.look, image.hash))
      case .failure(let problem): problems.append(problem)
      }
    }
    self.problems = problems
    imageCount = images.count
    let copies = identicalFiles(
      images.map(\.member.sample.path), hashes: images.map(\.hash))
    let alike = Self.groups(images.map(\.look), copies, standard, threads: scan.threads)
    nearlyIdentical = alike.map { group in
      Group(
        members: group.members.map { images[$0].member }, distance: group.distance,
        similarity: group.similarity)
    }
    let taken = Set(alike.flatMap(\.members))
    identical = copies.filter { !taken.contains($0[0]) }.map { group in
      Group(members: group.map { images[$0].member }, distance: 0, similarity: 1)
    }
  }

  /// Patients in several splits.
  private static func overlaps(_ members: [Member]) -> [Patient] {
    Dictionary(grouping: members, by: \.sample.patient)
      .filter { _, images in images.contains { $0.split != images[0].split } }
      .map { Patient(name: $0, members: $1) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private typealias Places = (members: [Int], distance: Int, similarity: Double)

  /// Groups of places of images that look the same, but for those of copies alone.
  ///
  /// - Parameter copies: groups of the same bytes.
  private static func groups(
    _ looks: [ImageLook], _ copies: [[Int]], _ standard: Standard, threads: Int
  ) -> [Places] {
    var sets = DisjointSets(count: looks.count)
    for group in copies { for place in group { sets.join(place, group[0]) } }
    // What has the same thumbnail needs no comparison, however many they are.
    var firsts: [ImageLook: Int] = [:]
    for (place, look) in looks.enumerated() {
      let first = firsts[look, default: place]
      firsts[look] = first
      sets.join(place, first)
    }
    let distinct = firsts.values.sorted()
    let pairs = HashIndex(distinct.map { looks[$0].hash })
      .pairs(within: standard.distance, threads: threads) { pair in
        looks[distinct[pair.first]].similarity(to: looks[distinct[pair.second]])
          >= standard.similarity
      }
      .map { (distinct[$0.first], distinct[$0.second]) }
    for (first, second) in pairs { sets.join(first, second) }
    let plain = Set(copies)
    var groups: [Places] = []
    var number = [Int](repeating: -1, count: looks.count)
    for set in sets.sets() where set.count > 1 && !plain.contains(set) {
      for place in set { number[place] = groups.count }
      groups.append((set, 0, 1))
    }
    // A pair joins what is different, so its group is none of mere copies.
    for (first, second) in pairs {
      let group = number[first]
      groups[group].distance = max(
        groups[group].distance, looks[first].hash.distance(to: looks[second].hash))
      groups[group].similarity = min(
        groups[group].similarity, looks[first].similarity(to: looks[second]))
    }
    return groups
  }
}
