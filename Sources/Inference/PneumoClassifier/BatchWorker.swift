import Pneumo
import PneumoImaging

/// Decodes a few images at a time and runs them through all models, in memory of its own.
///
/// SAFETY: each one is used by one thread at a time: ``ModelRunner`` hands it to one caller, who gives
/// it back.
final class BatchWorker: @unchecked Sendable {
  private let groups: [ModelGroup]
  private let loaders: [ImageLoader]
  private let modelCount: Int
  private let flips: Bool
  private let keepsImages: Bool
  /// The image that was loaded last, if images are kept.
  private var image = PixelImage.empty
  // All three grow with the largest number of images so far: a single image needs no batch's memory.
  private var memory: [Float] = []
  private var mirrored: [Float] = []
  private var logits: [Float] = []

  /// - Parameters:
  ///   - flips: whether mirror images are run too.
  ///   - keepsImages: whether ``decoded`` is wanted.
  init(_ groups: [ModelGroup], flips: Bool, keepsImages: Bool) {
    self.groups = groups
    self.flips = flips
    self.keepsImages = keepsImages
    loaders = groups.map { ImageLoader($0.preprocessing) }
    modelCount = groups.reduce(0) { $0 + $1.sessions.count }
  }

  private func reserve(images: Int) {
    func grow(_ buffer: inout [Float], to count: Int) {
      guard buffer.count < count else { return }
      buffer = []  // before its successor takes memory
      buffer = [Float](repeating: 0, count: count)
    }
    let size = images * (groups.map(\.inputCount).max() ?? 0)
    grow(&memory, to: size)
    if flips { grow(&mirrored, to: size) }
    grow(&logits, to: images * (groups.flatMap(\.sessions).map(\.outputCount).max() ?? 0))
  }

  /// Bytes that a worker keeps for each image of its largest batch.
  static func byteCount(_ groups: [ModelGroup], flips: Bool) -> Int {
    (groups.map(\.inputCount).max() ?? 0) * (flips ? 2 : 1) * MemoryLayout<Float>.stride
  }

  /// What became of the input that was run last, if images are kept.
  var decoded: DecodedImage? {
    guard keepsImages else { return nil }
    return DecodedImage(image: image, tensor: Array(memory[..<groups[0].inputCount]))
  }

  /// For each input the logits of each model, or why there are none.
  ///
  /// - Parameter preloaded: the first input's tensor for the first group, if it is known already.
  func run(
    _ inputs: [BatchInput], preloaded: Result<[Float], ImageError>? = nil
  ) -> [Result<[[Float]], ClassificationError>] {
    var errors: [ClassificationError?] = inputs.map { input in
      if case .none(let error) = input.source { .image(error) } else { nil }
    }
    reserve(images: inputs.count)
    var found = [[[Float]]](
      repeating: [[Float]](repeating: [], count: modelCount), count: inputs.count)
    for (number, group) in groups.enumerated() {
      load(inputs, &errors, group, loaders[number], preloaded: number == 0 ? preloaded : nil)
      // The tensors of the images without an error are in `memory`, one after the other.
      let readable = inputs.indices.filter { errors[$0] == nil }
      if flips { mirror(images: readable.count, of: group.preprocessing) }
      for (session, model) in zip(group.sessions, group.models) {
        do throws(ComputeError) {
          let rows = try logits(of: session, images: readable.count)
          for (row, index) in zip(rows, readable) { found[index][model] = row }
        } catch {
          for index in readable { errors[index] = .compute(error, file: inputs[index].file) }
        }
      }
    }
    return inputs.indices.map { index in
      if let error = errors[index] { return .failure(error) }
      guard found[index].allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
        let error = ComputeError(
          .notFinite,
          "the network's output is not finite (NaN or infinite): its sums overflow for this image")
        return .failure(.compute(error, file: inputs[index].file))
      }
      return .success(found[index])
    }
  }

  private func load(
    _ inputs: [BatchInput], _ errors: inout [ClassificationError?], _ group: ModelGroup,
    _ loader: ImageLoader, preloaded: Result<[Float], ImageError>?
  ) {
    let size = group.inputCount
    var loaded = 0
    memory.withUnsafeMutableBufferPointer { memory in
      for (index, input) in inputs.enumerated() where errors[index] == nil {
        let tensor = UnsafeMutableBufferPointer(
          rebasing: memory[loaded * size..<(loaded + 1) * size])
        do throws(ImageError) {
          switch input.source {
          case .file where index == 0 && preloaded != nil:
            if let floats = try preloaded?.get() { _ = tensor.update(fromContentsOf: floats) }
          case .file(let path) where keepsImages:
            try loader.load(path, into: tensor, decoded: &image)
          case .file(let path): try loader.load(path, into: tensor)
          case .bytes(let bytes): try loader.load(bytes, into: tensor)
          case .none(let error): throw error
          }
          loaded += 1
        } catch {
          errors[index] = .image(error)
        }
      }
    }
  }

  /// The logits of the images in `memory`, or the mean with those of the mirror images.
  private func logits(of session: Session, images: Int) throws(ComputeError) -> [[Float]] {
    try run(session, images: images, on: memory)
    let count = session.outputCount
    var rows = (0..<images).map { Array(logits[$0 * count..<($0 + 1) * count]) }
    guard flips else { return rows }
    try run(session, images: images, on: mirrored)
    for image in rows.indices {
      for output in 0..<count {
        // In double precision, so that the mean of equal logits is that logit.
        let sum = Double(rows[image][output]) + Double(logits[image * count + output])
        rows[image][output] = Float(sum / 2)
      }
    }
    return rows
  }

  private func run(
    _ session: Session, images: Int, on tensors: [Float]
  ) throws(ComputeError) {
    try logits.withUnsafeMutableBufferPointer {
      (logits: inout UnsafeMutableBufferPointer<Float>) throws(ComputeError) in
      try tensors.withUnsafeBufferPointer {
        (tensors: UnsafeBufferPointer<Float>) throws(ComputeError) in
        try session.run(
          UnsafeBufferPointer(rebasing: tensors[..<(images * session.inputCount)]),
          logits: UnsafeMutableBufferPointer(rebasing: logits[..<(images * session.outputCount)]))
      }
    }
  }

  /// Fills `mirrored` with the mirror images, left for right, of those in `memory`.
  private func mirror(images: Int, of preprocessing: Preprocessing) {
    let (width, height) = (preprocessing.size.width, preprocessing.size.height)
    let channels = preprocessing.shape.count / (width * height)
    let isChannelsLast = preprocessing.layout == .channelsLast
    // Runs of `step` floats are reversed within rows.
    let step = isChannelsLast ? channels : 1
    let rows = images * height * (isChannelsLast ? 1 : channels)
    memory.withUnsafeBufferPointer { source in
      mirrored.withUnsafeMutableBufferPointer { target in
        for row in 0..<rows {
          let start = row * width * step
          for column in 0..<width {
            for offset in 0..<step {
              target[start + column * step + offset] =
                source[start + (width - 1 - column) * step + offset]
            }
          }
        }
      }
    }
  }
}
