import PneumoSystem

/// A section of a `.pnm` file, for those who want to see where its bytes go.
public struct FileSection: Hashable, Sendable {
  /// Four characters, as in `Models/FORMAT.md`.
  public let name: String
  /// Bytes from the beginning of the file.
  public let offset: Int
  /// Bytes of the section, without padding.
  public let byteCount: Int

  /// The sections of the `.pnm` file at `path`, in the order of the file.
  public static func list(ofFileAt path: String) throws(ModelError) -> [FileSection] {
    let bytes: SharedBytes
    do {
      bytes = try SharedBytes.mapping(path, limit: Limits.fileSize)
    } catch {
      throw ModelError(error)
    }
    do throws(ModelError) {
      let header = try FileHeader(of: bytes)
      let ranges =
        [header.graph, header.metadata, header.weights] + (header.images.map { [$0] } ?? [])
      return zip(FileFormat.Section.allCases, ranges).map { section, range in
        FileSection(name: section.rawValue, offset: range.lowerBound, byteCount: range.count)
      }
    } catch {
      throw error.naming(file: path)
    }
  }
}

extension Model {
  /// Whether the file at `path` begins as a `.pnm` file does.
  public static func isModel(fileAt path: String) throws(ModelError) -> Bool {
    do throws(FileError) {
      let bytes = try SharedBytes.mapping(path, limit: .max)
      return bytes.withUnsafeBytes { $0.starts(with: FileFormat.magic) }
    } catch {
      throw ModelError(error)
    }
  }
}
