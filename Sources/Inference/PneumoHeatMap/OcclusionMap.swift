import Pneumo

/// Occlusion (Zeiler & Fergus 2014): how much the logit of a class decreases when part of the image is
/// hidden. It needs only the network's outputs, so it works for every network.
public final class OcclusionMap: Sendable {
  /// The model.
  public let model: Model
  /// Rows and columns of the part that is hidden.
  public let patch: Extent
  /// The distance from one hidden part to the next.
  public let stride: Extent
  private let session: Session

  /// Prepares a model for inference.
  ///
  /// - Parameters:
  ///   - model: the model to explain.
  ///   - patch: the part to hide. By default, a seventh of the image's height and width.
  ///   - stride: by default, half a patch.
  ///   - threads: as for `Session`.
  ///   - instructionSet: as for `Session`.
  public init(
    _ model: Model, patch: Extent? = nil, stride: Extent? = nil, threads: Int? = nil,
    instructionSet: String? = nil
  ) throws(ComputeError) {
    self.model = model
    let size = model.preprocessing.size
    let patch =
      patch ?? Extent(height: max(size.height / 7, 1), width: max(size.width / 7, 1))
    self.patch = Extent(
      height: min(max(patch.height, 1), size.height), width: min(max(patch.width, 1), size.width))
    let stride =
      stride ?? Extent(height: max(patch.height / 2, 1), width: max(patch.width / 2, 1))
    self.stride = Extent(height: max(stride.height, 1), width: max(stride.width, 1))
    session = try Session(model, threads: threads, instructionSet: instructionSet)
  }

  /// For each pixel of the network's input, the mean decrease of the logit over all hidden parts that
  /// contain it; an increase counts as 0. A hidden part is filled with the mean of each channel.
  ///
  /// - Parameters:
  ///   - tensor: the image as the network takes it.
  ///   - label: the number of the class among the model's labels.
  public func map(of tensor: [Float], label: Int) throws(ComputeError) -> HeatMap {
    let size = model.preprocessing.size
    let whole = logit(try session.predict(tensor)[0], label)
    let rows = Self.starts(size.height, patch.height, stride.height)
    let columns = Self.starts(size.width, patch.width, stride.width)
    let means = channelMeans(tensor)
    let parts = rows.flatMap { row in columns.map { (row, $0) } }
    var sums = [Float](repeating: 0, count: size.height * size.width)
    var counts = sums
    // As many at a time as the network takes, so that memory does not grow with the image.
    for start in Swift.stride(from: 0, to: parts.count, by: session.batch) {
      let group = parts[start..<min(start + session.batch, parts.count)]
      let images = group.flatMap { hide($0, in: tensor, means) }
      for ((top, left), prediction) in zip(group, try session.predict(images)) {
        let fall = whole - logit(prediction, label)
        for y in top..<top + patch.height {
          for x in left..<left + patch.width {
            sums[y * size.width + x] += fall
            counts[y * size.width + x] += 1
          }
        }
      }
    }
    return HeatMap(
      width: size.width, height: size.height,
      values: zip(sums, counts).map { $1 > 0 ? max($0 / $1, 0) : 0 })
  }

  /// The last part ends where the image does.
  private static func starts(_ size: Int, _ patch: Int, _ step: Int) -> [Int] {
    var starts = Array(Swift.stride(from: 0, to: size - patch, by: step))
    starts.append(size - patch)
    return starts
  }

  private func logit(_ prediction: Prediction, _ label: Int) -> Float {
    let logits = prediction.logits
    return logits.count == 1 ? (label == 1 ? logits[0] : -logits[0]) : logits[label]
  }

  /// Where the element of a pixel stands in a tensor.
  private func place(_ y: Int, _ x: Int, _ channel: Int, channels: Int) -> Int {
    let size = model.preprocessing.size
    return model.preprocessing.layout == .channelsLast
      ? (y * size.width + x) * channels + channel : (channel * size.height + y) * size.width + x
  }

  private var channels: Int {
    let size = model.preprocessing.size
    return session.inputCount / (size.height * size.width)
  }

  private func channelMeans(_ tensor: [Float]) -> [Float] {
    let (size, channels) = (model.preprocessing.size, channels)
    return (0..<channels).map { channel in
      var sum = 0.0
      for y in 0..<size.height {
        for x in 0..<size.width { sum += Double(tensor[place(y, x, channel, channels: channels)]) }
      }
      return Float(sum / Double(size.height * size.width))
    }
  }

  private func hide(
    _ part: (top: Int, left: Int), in tensor: [Float], _ means: [Float]
  ) -> [Float] {
    var tensor = tensor
    for y in part.top..<part.top + patch.height {
      for x in part.left..<part.left + patch.width {
        for channel in means.indices {
          tensor[place(y, x, channel, channels: means.count)] = means[channel]
        }
      }
    }
    return tensor
  }
}
