import PneumoCompute
import PneumoConcurrency
import Synchronization

/// A plan at work, and the memory that it works in. One run at a time.
///
/// First come the steps that work on one image at a time. As long as there is an image for each
/// worker, a worker takes one through all of them, so that what it computes stays in its cache and
/// none waits for another. The images that remain, fewer than workers, are shared: each worker takes
/// the next tile of the step that is in progress, and goes on to the next step when all tiles are
/// done. So are then the steps that work on all images. A worker that comes late joins where the
/// others are; where none comes at all, the first one does everything.
final class PlanRun: @unchecked Sendable {
  private let plan: Plan
  private let arena: FloatBuffer
  private let timings: StepTimings?
  // SAFETY: initialized in `init`, destroyed in `deinit`: one for the images that are not shared,
  // one for each step of each shared image, one for each step of the batch.
  private let progress: UnsafeMutablePointer<Progress>
  private let progressCount: Int
  // Written by the caller before the run starts.
  private var images = 0
  private var input: UnsafePointer<Float>

  private let maximumWorkers: Int

  /// Throws `outOfMemory` where the system has no memory for the plan's values.
  init(_ plan: Plan, workers: Int, timings: StepTimings?) throws(ComputeError) {
    self.plan = plan
    self.timings = timings
    maximumWorkers = workers
    arena = try FloatBuffer(allocating: plan.arenaCount(workers: workers))
    input = UnsafePointer(arena.pointer)
    // Fewer images than threads are shared.
    progressCount = 1 + min(workers - 1, plan.batch) * plan.imageSteps + plan.steps.count
    progress = .allocate(capacity: progressCount)
    for number in 0..<progressCount { (progress + number).initialize(to: Progress()) }
  }

  deinit {
    progress.deinitialize(count: progressCount)
    progress.deallocate()
  }

  /// Runs all steps on `images` images, at most the plan's batch.
  ///
  /// - Parameter input: `images` tensors of the graph's input, rows of pixels of channels.
  /// - Returns: the outputs, valid until the next run.
  func run(images: Int, input: UnsafePointer<Float>) -> UnsafePointer<Float> {
    self.images = images
    self.input = input
    for number in 0..<progressCount { progress[number].reset() }
    withWorkers(maximumWorkers) { work(worker: $0) }
    timings?.addImages(images)
    return locate(plan.output)
  }

  /// Runs all steps on one image, on the calling thread.
  ///
  /// - Parameter observer: is called after each step with its number and where its output lies.
  func observe(
    input: UnsafePointer<Float>,
    _ observer: (_ step: Int, _ output: UnsafePointer<Float>) -> Void
  ) {
    images = 1
    self.input = input
    for (number, step) in plan.steps.enumerated() {
      runAlone(step, image: 0, worker: 0)
      observer(number, locate(step.output))
    }
  }

  private func work(worker: Int) {
    let shared = images % maximumWorkers
    while let image = progress[0].take(of: images - shared) {
      for number in 0..<plan.imageSteps {
        measure(number) { runAlone(plan.steps[number], image: image, worker: worker) }
      }
      progress[0].finish()
    }
    progress[0].wait(for: images - shared)
    var next = 1
    for image in images - shared..<images {
      for number in 0..<plan.imageSteps {
        measure(number) { runShared(plan.steps[number], image: image, images: 1, worker, next) }
        next += 1
      }
    }
    for number in plan.imageSteps..<plan.steps.count {
      measure(number) { runShared(plan.steps[number], image: 0, images: images, worker, next) }
      next += 1
    }
  }

  /// All tiles of a step for one image, in the memory of `worker`.
  private func runAlone(_ step: Step, image: Int, worker: Int) {
    let tiles = step.split.tiles(images: 1, workers: 1)
    for tile in 0..<tiles {
      step.run(
        tile: tile, of: tiles, images: 1, input: locate(step.input, image, worker),
        other: locate(step.other ?? step.input, image, worker),
        output: UnsafeMutablePointer(mutating: locate(step.output, image, worker)),
        scratch: plan.scratch(worker, arena.pointer))
    }
  }

  /// Those tiles of a step that other workers have not taken; returns when all are done.
  ///
  /// What is shared stands in the memory of worker 0.
  private func runShared(_ step: Step, image: Int, images: Int, _ worker: Int, _ number: Int) {
    let tiles = step.split.tiles(images: images, workers: maximumWorkers)
    // SAFETY: tiles write disjoint parts of the output, and no other step reads it before all are
    // done. A step whose output is its input has one tile an image.
    while let tile = progress[number].take(of: tiles) {
      step.run(
        tile: tile, of: tiles, images: images, input: locate(step.input, image),
        other: locate(step.other ?? step.input, image),
        output: UnsafeMutablePointer(mutating: locate(step.output, image)),
        scratch: plan.scratch(worker, arena.pointer))
      progress[number].finish()
    }
    progress[number].wait(for: tiles)
  }

  private func locate(
    _ buffer: Plan.Buffer, _ image: Int = 0, _ worker: Int = 0
  ) -> UnsafePointer<Float> {
    plan.locate(buffer, input: input, arena: arena.pointer, image: image, worker: worker)
  }

  private func measure(_ step: Int, _ body: () -> Void) {
    guard let timings else { return body() }
    let start = ContinuousClock.now
    body()
    timings.add(ContinuousClock.now - start, to: step)
  }
}

/// How far the workers are with some part of a run.
private struct Progress: ~Copyable {
  private let taken = Atomic(0)
  private let finished = Atomic(0)

  func reset() {
    taken.store(0, ordering: .relaxed)
    finished.store(0, ordering: .relaxed)
  }

  /// The next part that no worker has taken.
  func take(of parts: Int) -> Int? {
    guard taken.load(ordering: .relaxed) < parts else { return nil }
    let part = taken.wrappingAdd(1, ordering: .relaxed).oldValue
    return part < parts ? part : nil
  }

  func finish() { finished.wrappingAdd(1, ordering: .releasing) }

  func wait(for parts: Int) { waitBriefly { finished.load(ordering: .acquiring) == parts } }
}
