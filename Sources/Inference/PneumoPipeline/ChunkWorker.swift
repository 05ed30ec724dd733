import Pneumo
import PneumoImaging

/// Models that take the same tensors.
struct ModelGroup: Sendable {
  let preprocessing: Preprocessing
  var sessions: [Session]

  var inputCount: Int { preprocessing.shape.count }

  /// Sessions by their preprocessing, in the order in which each comes first.
  static func grouping(_ sessions: [Session]) -> [ModelGroup] {
    sessions.reduce(into: []) { groups, session in
      let preprocessing = session.model.preprocessing
      if let index = groups.firstIndex(where: { $0.preprocessing == preprocessing }) {
        groups[index].sessions.append(session)
      } else {
        groups.append(ModelGroup(preprocessing: preprocessing, sessions: [session]))
      }
    }
  }
}

/// Decodes a few images at a time and sends them through all models: what one thread of a pipeline
/// does, in memory of its own.
final class ChunkWorker {
  private let groups: [ModelGroup]
  private let loaders: [ImageLoader]
  private let outputCount: Int
  private let flips: Bool
  private var memory: [Float]
  private var mirrored: [Float]
  private var logits: [Float]

  /// - Parameters:
  ///   - chunkSize: images at most.
  ///   - flips: whether mirror images are answered too.
  init(_ groups: [ModelGroup], chunkSize: Int, flips: Bool) {
    self.groups = groups
    self.flips = flips
    loaders = groups.map { ImageLoader($0.preprocessing) }
    outputCount = groups[0].sessions[0].outputCount
    let size = chunkSize * (groups.map(\.inputCount).max() ?? 0)
    memory = [Float](repeating: 0, count: size)
    mirrored = [Float](repeating: 0, count: flips ? size : 0)
    logits = [Float](repeating: 0, count: chunkSize * outputCount)
  }

  /// Floats that a worker for one image keeps.
  static func floatCount(_ groups: [ModelGroup], flips: Bool) -> Int {
    (groups.map(\.inputCount).max() ?? 0) * (flips ? 2 : 1)
  }

  /// The mean logits of each input, or why there are none.
  ///
  /// - Parameter first: the first input's tensor for the first group, where it is decoded elsewhere.
  func answer(_ inputs: [Input], first: FirstImage?) -> [Result<[Float], PipelineFailure>] {
    var failures = inputs.map(\.error)
    // In double precision, so that the mean of equal logits is that logit.
    var sums = [[Double]](
      repeating: [Double](repeating: 0, count: outputCount), count: inputs.count)
    var answers = 0
    for (number, group) in groups.enumerated() {
      load(inputs, &failures, group, loaders[number], first: number == 0 ? first : nil)
      // The images that could be read stand in `memory` one after the other.
      let readable = inputs.indices.filter { failures[$0] == nil }
      for session in group.sessions {
        for isMirrored in flips ? [false, true] : [false] {
          if isMirrored, session === group.sessions[0] {
            mirror(images: readable.count, of: group.preprocessing)
          }
          run(session, images: readable.count, isMirrored: isMirrored, &failures, inputs)
          for (place, index) in readable.enumerated() {
            for output in 0..<outputCount {
              sums[index][output] += Double(logits[place * outputCount + output])
            }
          }
          answers += 1
        }
      }
    }
    return inputs.indices.map { index in
      if let reason = failures[index] { return .failure(PipelineFailure(reason: reason)) }
      let mean = sums[index].map { Float($0 / Double(answers)) }
      guard mean.allSatisfy(\.isFinite) else {
        return .failure(
          PipelineFailure(
            reason:
              "\(inputs[index].path): the network's answer is no number: its sums overflow on "
              + "this image"))
      }
      return .success(mean)
    }
  }

  private func load(
    _ inputs: [Input], _ failures: inout [String?], _ group: ModelGroup, _ loader: ImageLoader,
    first: FirstImage?
  ) {
    let size = group.inputCount
    var loaded = 0
    memory.withUnsafeMutableBufferPointer { memory in
      for (index, input) in inputs.enumerated() where failures[index] == nil {
        let place = UnsafeMutableBufferPointer(
          rebasing: memory[loaded * size..<(loaded + 1) * size])
        do throws(ImageError) {
          if let first, index == 0 {
            try first.write(into: place)
          } else {
            try loader.load(input.path, into: place)
          }
          loaded += 1
        } catch {
          failures[index] = error.description
        }
      }
    }
  }

  private func run(
    _ session: Session, images: Int, isMirrored: Bool, _ failures: inout [String?],
    _ inputs: [Input]
  ) {
    do throws(ComputeError) {
      try logits.withUnsafeMutableBufferPointer {
        (logits: inout UnsafeMutableBufferPointer<Float>) throws(ComputeError) in
        try (isMirrored ? mirrored : memory).withUnsafeBufferPointer {
          (tensors: UnsafeBufferPointer<Float>) throws(ComputeError) in
          try session.run(
            UnsafeBufferPointer(rebasing: tensors[..<(images * session.inputCount)]),
            logits: UnsafeMutableBufferPointer(rebasing: logits[..<(images * outputCount)]))
        }
      }
    } catch {
      for index in inputs.indices { failures[index] = "\(inputs[index].path): \(error)" }
    }
  }

  /// Fills `mirrored` with the mirror images, left for right, of those in `memory`.
  private func mirror(images: Int, of preprocessing: Preprocessing) {
    let (width, height) = (preprocessing.size.width, preprocessing.size.height)
    let channels = preprocessing.shape.count / (width * height)
    let isChannelsLast = preprocessing.layout == .channelsLast
    // Runs of `step` floats change places within rows.
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

/// Why an input has no answer: one sentence that names the file.
struct PipelineFailure: Error {
  let reason: String
}
