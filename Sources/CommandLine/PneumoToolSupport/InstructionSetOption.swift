import ArgumentParser

/// Refuses what `--isa` cannot mean on any CPU. Whether this one has it is seen when it is chosen.
package func validate(instructionSet isa: String?) throws {
  if let isa, !["baseline", "avx2", "avx512"].contains(isa) {
    throw ValidationError("--isa is '\(isa)', expected baseline, avx2 or avx512.")
  }
}
