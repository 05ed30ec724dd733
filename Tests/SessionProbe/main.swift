// Runs a model again and again, for tests and tools that look at `Session.run` from outside:
//
//   session-probe MODEL THREADS BATCH RUNS
//
// prints how many allocations the whole process made until its first run ended, and how many, and of
// how many bytes together, in all runs after that. It is a process of its own because tests share
// theirs with others that run at the same time. With 0 runs it only makes a session: the cost of one
// run is then the difference.

import CAllocationCounter
import Pneumo
import PneumoConsole
import PneumoSystem

/// Explains the usage and ends the program.
func stop(_ reason: String) -> Never {
  StandardStream.error.write(
    "session-probe: \(reason)\nUsage: session-probe MODEL THREADS BATCH RUNS\n")
  exit(2)
}

let arguments = CommandLine.arguments
let numbers = arguments.dropFirst(2).compactMap { Int($0) }
guard arguments.count == 5, numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else {
  stop("expected a model and three numbers")
}
let (threads, batch, runs) = (numbers[0], numbers[1], numbers[2])
do {
  let session = try Session(try Model(contentsOf: arguments[1]), threads: threads, batch: batch)
  // Gray pixels, as radiographs have, in a model that takes colors.
  var pixels = [Float](repeating: 0, count: batch * session.inputCount)
  for index in pixels.indices { pixels[index] = Float(index / 3 % 251) / 251 }
  var logits = [Float](repeating: 0, count: batch * session.outputCount)
  let first = min(runs, 1)
  func run(_ times: Int) throws {
    try pixels.withUnsafeBufferPointer { pixels in
      try logits.withUnsafeMutableBufferPointer { logits in
        for _ in 0..<times { try session.run(pixels, logits: logits) }
      }
    }
  }
  try run(first)
  let before = allocation_count()
  let bytesBefore = allocation_byte_count()
  try run(runs - first)
  let after = allocation_count() - before
  let bytesAfter = allocation_byte_count() - bytesBefore
  guard logits.allSatisfy(\.isFinite) else { stop("a logit is not finite") }
  print(allocation_counter_is_active() ? "\(before) \(after) \(bytesAfter)" : "not counted")
} catch {
  stop("\(error)")
}
