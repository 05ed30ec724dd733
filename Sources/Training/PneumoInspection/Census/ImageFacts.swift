import PneumoDataset
import PneumoImaging
import PneumoSystem

/// How the pixels of a file are colored.
package enum ColorKind: String, Hashable, Sendable, CaseIterable {
  /// One channel.
  case gray
  /// Three channels that are equal in every pixel.
  case grayAsColor = "gray_as_color"
  /// More than one channel, and they differ.
  case color

  /// The kind in words.
  package var words: String {
    switch self {
    case .gray: "gray"
    case .grayAsColor: "gray stored as color"
    case .color: "color"
    }
  }
}

/// What one image is.
struct ImageFacts: Sendable {
  let width: Int
  let height: Int
  let color: ColorKind

  /// Decodes a file, all of it: its header does not tell whether the rest is there, nor whether
  /// three channels are gray.
  init(file path: String) throws(FileProblem) {
    let image = try decodedImage(path).image
    width = image.width
    height = image.height
    color =
      image.channels == 1
      ? .gray : image.withoutEqualChannels().channels == 1 ? .grayAsColor : .color
  }
}

/// The image at `path`, and the bytes of its file.
func decodedImage(_ path: String) throws(FileProblem) -> (image: PixelImage, file: [UInt8]) {
  let decoder = JPEGDecoder()
  let bytes: [UInt8]
  do throws(FileError) { bytes = try readFile(path, limit: decoder.limits.fileSize) } catch {
    throw FileProblem(ImageError(error), path)
  }
  do throws(ImageError) { return (try decoder.decode(bytes), bytes) } catch {
    throw FileProblem(error, path, bytes: bytes)
  }
}

/// What is wrong with a file whose name is not that of a JPEG, where it is an image nevertheless.
func problem(ofOther path: String) -> FileProblem? {
  let suffixes = ["png", "bmp", "gif", "tif", "tiff", "webp", "dcm", "jp2", "heic", "avif"]
  let bytes: [UInt8]
  do throws(FileError) {
    bytes = try readFile(path, limit: DecodeLimits.default.fileSize)
  } catch {
    return FileProblem(ImageError(error), path)
  }
  if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
    return FileProblem(
      .wrongSuffix, path, "a JPEG that trainers pass over for its name; end it in .jpeg or .jpg")
  }
  let name = path.lowercased()
  guard suffixes.contains(where: { name.hasSuffix(".\($0)") }) else { return nil }
  do throws(ImageError) { _ = try JPEGDecoder().decode(bytes) } catch {
    return FileProblem(error, path, bytes: bytes)
  }
  return nil
}
