import PneumoCompute
import PneumoGradients
import PneumoConcurrency
import PneumoKernelABI
import Synchronization

extension TrainingNetwork {
  /// Elements that one part of a step changes.
  private static let partCount = 1 << 16

  /// Part of a parameter.
  private struct Part: Sendable {
    let parameter: Parameter
    let range: Range<Int>

    var length: Int { range.count }
  }

  private var parts: [Part] {
    parameters.filter(\.isTrained).flatMap { parameter in
      stride(from: 0, to: parameter.storedCount, by: Self.partCount).map { first in
        Part(
          parameter: parameter,
          range: first..<min(first + Self.partCount, parameter.storedCount))
      }
    }
  }

  /// The L2 penalties of all kernels: `Σ penalty · Σ w²`.
  package func penalty() -> Double {
    sum {
      $0.parameter.penalty == 0
        ? 0 : Double($0.parameter.penalty) * self.square($0.parameter.values, $0.range)
    }
  }

  /// The norm of the gradient of the data term over all parameters.
  package func gradientNorm() -> Double {
    sum { self.square($0.parameter.gradient, $0.range) }.squareRoot()
  }

  private func square(_ buffer: FloatBuffer, _ range: Range<Int>) -> Double {
    kernels.training.sumOfSquares(buffer.pointer + range.lowerBound, range.count)
  }

  /// Sums something over all parts in their order.
  private func sum(_ term: @escaping @Sendable (Part) -> Double) -> Double {
    let parts = parts
    let terms = UnsafeMutablePointer<Double>.allocate(capacity: max(parts.count, 1))
    defer { terms.deallocate() }
    // SAFETY: each part writes its own term.
    nonisolated(unsafe) let room = terms
    parallelFor(parts.count, threads: threads) { room[$0] = term(parts[$0]) }
    return (0..<parts.count).reduce(0) { $0 + terms[$1] }
  }

  /// Changes all parameters by the gradients of the last batch.
  ///
  /// - Parameter clipNorm: gradients are scaled down where their norm is greater.
  package func step(_ optimizer: Optimizer, rate: Float, clipNorm: Float? = nil) {
    let start = ContinuousClock.now
    defer { profile?.add(ContinuousClock.now - start, "optimizer", .update) }
    stepCount += 1
    var gradientScale: Float = 1
    if let clipNorm {
      let norm = Float(gradientNorm())
      if norm > clipNorm { gradientScale = clipNorm / norm }
    }
    let scale = gradientScale
    let corrected = optimizer.rate(rate, step: stepCount)
    let parts = parts
    parallelFor(parts.count, threads: threads) { [self] index in
      let part = parts[index]
      let parameter = part.parameter
      let first = part.range.lowerBound
      var arguments = UpdateArguments(
        values: parameter.values.pointer + first, gradient: parameter.gradient.pointer + first,
        first: parameter.first.pointer + first, second: parameter.second.pointer + first,
        count: part.length, gradientScale: scale, penalty: 2 * parameter.penalty, retention: 1,
        rate: corrected, share1: 0, share2: 0, epsilon: 0)
      switch optimizer {
      case .adam(let beta1, let beta2, let epsilon, let weightDecay):
        (arguments.share1, arguments.share2) = (Float(1 - beta1), Float(1 - beta2))
        arguments.epsilon = epsilon
        if parameter.isDecayed { arguments.retention = 1 - rate * weightDecay }
        kernels.training.updateAdam(&arguments)
      case .sgd(let momentum):
        arguments.share1 = Float(momentum)
        kernels.training.updateMomentum(&arguments)
      }
    }
  }
}
