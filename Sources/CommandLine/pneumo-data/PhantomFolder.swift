import PneumoConcurrency
import PneumoConsole
import PneumoImaging
import PneumoPhantom
import PneumoSystem
import Synchronization

/// A folder with a folder of JPEG files for each finding.
struct PhantomFolder: Sendable {
  /// More would not fit the six digits of the names.
  static let maximumCount = 1_000_000

  let path: String

  /// What has been drawn.
  struct Drawn: Sendable {
    var count = 0
    var pneumonias = 0
    var bytes = 0
  }

  private struct Progress: ~Copyable {
    var bar: ProgressBar
    var drawn = Drawn()
    var failure: ImageError?
  }

  private static let quality = 90

  /// Makes the folder, or takes it where it is empty.
  init(creating path: String) throws(FileError) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    try makeFolder(self.path)
    guard try Self.isEmpty(self.path) else {
      throw FileError(
        .system, path: self.path, reason: "this folder is not empty; name a new one, or empty it")
    }
    for finding in Phantom.Finding.allCases {
      try makeFolder("\(self.path)/\(finding.rawValue)")
    }
  }

  /// Draws the first `count` phantoms of a series. Returns early when the user interrupts; the
  /// files that are there then are whole.
  func draw(count: Int, seed: UInt64, threads: Int) throws(ImageError) -> Drawn {
    let progress = Mutex(Progress(bar: ProgressBar(total: count, unit: "phantoms")))
    parallelFor(count, threads: threads) { index in
      guard !Interrupt.isRequested, progress.withLock({ $0.failure == nil }) else { return }
      let phantom = Phantom(seed: seed, index: index)
      do throws(ImageError) {
        let size = try write(phantom)
        progress.withLock { progress in
          progress.drawn.count += 1
          progress.drawn.pneumonias += phantom.finding == .pneumonia ? 1 : 0
          progress.drawn.bytes += size
          progress.bar.update(progress.drawn.count)
        }
      } catch {
        progress.withLock { $0.failure = $0.failure ?? error }
      }
    }
    let (drawn, failure) = progress.withLock { progress in
      progress.bar.clear()
      return (progress.drawn, progress.failure)
    }
    if let failure { throw failure }
    return drawn
  }

  /// Draws one, and returns the size of its file.
  private func write(_ phantom: Phantom) throws(ImageError) -> Int {
    let digits = String(phantom.index)
    let number = String(repeating: "0", count: 6 - digits.count) + digits
    let file = "\(path)/\(phantom.finding.rawValue)/phantom-\(number).jpeg"
    let drawing = phantom.draw()
    let image = PixelImage(
      width: drawing.width, height: drawing.height, channels: drawing.channels,
      pixels: drawing.pixels)
    do throws(ImageError) {
      let bytes = try image.jpegBytes(quality: Self.quality, subsampling: .twoByTwo)
      do throws(FileError) { try writeAtomically(bytes, to: file) } catch {
        throw ImageError(error)
      }
      return bytes.count
    } catch {
      throw error.naming(file: file)
    }
  }

  private static func isEmpty(_ path: String) throws(FileError) -> Bool {
    guard let stream = opendir(path) else { throw failure(path, "cannot open this folder") }
    defer { closedir(stream) }
    var entries = 0
    while readdir(stream) != nil { entries += 1 }
    return entries <= 2  // itself and its parent
  }

  private static func failure(_ path: String, _ action: String) -> FileError {
    FileError(.system, path: path, reason: "\(action): \(String(cString: strerror(errno)))")
  }
}
