import PneumoSystem

/// Whether a file of this name is taken for an image: it ends in `.jpeg` or `.jpg`, in any case.
package func isImageName(_ name: String) -> Bool {
  let name = name.lowercased()
  return name.hasSuffix(".jpeg") || name.hasSuffix(".jpg")
}

extension FolderWalk {
  /// The files whose names are those of images, in the order of the walk.
  package var images: [String] { files.filter(isImageName) }

  /// All other files, in the order of the walk.
  package var others: [String] { files.filter { !isImageName($0) } }
}
