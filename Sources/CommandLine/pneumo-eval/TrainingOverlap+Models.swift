import PneumoCheckpoint
import PneumoDataset
import PneumoModel
import PneumoSystem

/// A sentence for each model that was made with some of the images that it is measured on.
///
/// - Parameter run: the folder of the run that made the first model, where it is known; its checkpoint
///   tells the images of models that do not.
func overlapNotes(
  of models: [(name: String, images: TrainingImages)], on paths: [String], run: String?,
  threads: Int
) -> [String] {
  var models = models
  if let run, let checkpoint = try? Checkpoint(contentsOf: "\(run)/best.ckpt") {
    if models.isEmpty { models.append((run, TrainingImages())) }
    models[0].images = TrainingImages(joining: [models[0].images, checkpoint.images])
  }
  guard models.contains(where: { !$0.images.isEmpty }) else { return [] }
  let hashes = ImageHashes(of: paths, threads: threads)
  return models.compactMap { hashes.overlap(with: $0.images).note(on: $0.name) }
}
