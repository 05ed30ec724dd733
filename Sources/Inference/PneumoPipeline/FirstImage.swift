import Dispatch
import Pneumo
import PneumoImaging
import Synchronization

/// An image that is decoded while its model is made ready.
final class FirstImage: Sendable {
  private let tensor = Mutex<Result<[Float], ImageError>?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  /// Starts to decode the image at `path` on a thread of its own.
  init(_ path: String, _ preprocessing: Preprocessing) {
    DispatchQueue.global().async {
      let loader = ImageLoader(preprocessing)
      let tensor = Result { () throws(ImageError) in try loader.load(path) }
      self.tensor.withLock { $0 = tensor }
      self.isThere.signal()
    }
  }

  /// Waits for the tensor and writes it, `preprocessing.shape.count` floats. Called once.
  func write(into place: UnsafeMutableBufferPointer<Float>) throws(ImageError) {
    isThere.wait()
    switch tensor.withLock({ $0.take() }) {
    case .success(let floats): _ = place.update(fromContentsOf: floats)
    case .failure(let error): throw error
    case nil: preconditionFailure("the first image is written once")
    }
  }
}
