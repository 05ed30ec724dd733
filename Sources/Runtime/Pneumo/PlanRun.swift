import PneumoCompute
import PneumoConcurrency
import Synchronization

/// A plan at work, and the memory that it works in. One run at a time.
///
/// First come the steps that work on one image at a time. As long as there is an image for each
/// thread, a thread takes one through all of them, so that what it computes stays in its cache and
/// nobody waits for anybody. The images that remain, fewer than threads, are shared: each thread
/// takes the next tile of the step that is in progress, and goes on to the next step when all tiles
/// are done. So are then the steps that work on all images. A thread that comes late joins where
/// the others are; where none comes at all, the caller does everything.
final class PlanRun: SharedWork, @unchecked Sendable {
  private let plan: Plan
  private let arena: FloatBuffer
  private let timings: StepTimings?
  // SAFETY: initialised in `init`, destroyed in `deinit`: one for the images that are not shared,
  // one for each step of each shared image, one for each step of the batch.
  private let progress: UnsafeMutablePointer<Progress>
  private let progressCount: Int
  // Written by the caller before the run starts.
  private var images = 0
  private var input: UnsafePointer<Float>

  init(_ plan: Plan, lanes: Int, timings: StepTimings?) {
    self.plan = plan
    self.timings = timings
    arena = FloatBuffer(count: plan.arenaCount(lanes: lanes))
    input = UnsafePointer(arena.pointer)
    // Fewer images than threads are shared.
    progressCount = 1 + min(lanes - 1, plan.batch) * plan.imageSteps + plan.steps.count
    progress = .allocate(capacity: progressCount)
    for number in 0..<progressCount { (progress + number).initialize(to: Progress()) }
    super.init(maximumLanes: lanes)
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
    run()
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
      runAlone(step, image: 0, lane: 0)
      observer(number, locate(step.output))
    }
  }

  override func work(lane: Int) {
    let shared = images % maximumLanes
    while let image = progress[0].take(of: images - shared) {
      for number in 0..<plan.imageSteps {
        measure(number) { runAlone(plan.steps[number], image: image, lane: lane) }
      }
      progress[0].finish()
    }
    progress[0].wait(for: images - shared)
    var next = 1
    for image in images - shared..<images {
      for number in 0..<plan.imageSteps {
        measure(number) { runShared(plan.steps[number], image: image, images: 1, lane, next) }
        next += 1
      }
    }
    for number in plan.imageSteps..<plan.steps.count {
      measure(number) { runShared(plan.steps[number], image: 0, images: images, lane, next) }
      next += 1
    }
  }

  /// All tiles of a step for one image, in the memory of thread `lane`.
  private func runAlone(_ step: Step, image: Int, lane: Int) {
    let tiles = step.split.tiles(images: 1, lanes: 1)
    for tile in 0..<tiles {
      step.run(
        tile: tile, of: tiles, images: 1, input: locate(step.input, image, lane),
        other: locate(step.other ?? step.input, image, lane),
        output: UnsafeMutablePointer(mutating: locate(step.output, image, lane)),
        scratch: plan.scratch(lane, arena.pointer))
    }
  }

  /// Those tiles of a step that other threads have not taken; returns when all are done.
  ///
  /// What is shared stands in the memory of thread 0.
  private func runShared(_ step: Step, image: Int, images: Int, _ lane: Int, _ number: Int) {
    let tiles = step.split.tiles(images: images, lanes: maximumLanes)
    // SAFETY: tiles write disjoint parts of the output, and no other step reads it before all are
    // done. A step whose output is its input has one tile an image.
    while let tile = progress[number].take(of: tiles) {
      step.run(
        tile: tile, of: tiles, images: images, input: locate(step.input, image),
        other: locate(step.other ?? step.input, image),
        output: UnsafeMutablePointer(mutating: locate(step.output, image)),
        scratch: plan.scratch(lane, arena.pointer))
      progress[number].finish()
    }
    progress[number].wait(for: tiles)
  }

  private func locate(
    _ buffer: Plan.Buffer, _ image: Int = 0, _ lane: Int = 0
  ) -> UnsafePointer<Float> {
    plan.locate(buffer, input: input, arena: arena.pointer, image: image, lane: lane)
  }

  private func measure(_ step: Int, _ body: () -> Void) {
    guard let timings else { return body() }
    let start = ContinuousClock.now
    body()
    timings.add(ContinuousClock.now - start, to: step)
  }
}

/// How far the threads are with some work.
private struct Progress: ~Copyable {
  private let taken = Atomic(0)
  private let finished = Atomic(0)

  func reset() {
    taken.store(0, ordering: .relaxed)
    finished.store(0, ordering: .relaxed)
  }

  /// The next part that nobody has taken.
  func take(of parts: Int) -> Int? {
    guard taken.load(ordering: .relaxed) < parts else { return nil }
    let part = taken.wrappingAdd(1, ordering: .relaxed).oldValue
    return part < parts ? part : nil
  }

  func finish() { finished.wrappingAdd(1, ordering: .releasing) }

  func wait(for parts: Int) { spin { finished.load(ordering: .acquiring) == parts } }
}
