import PneumoKernelABI

/// The kernels compiled in this module.
package func makeKernelTable() -> KernelTable {
  KernelTable(
    name: isaName, blockChannels: blockChannels, vectorCount: Vector.scalarCount,
    tilePixels: tilePixels, widensHalves: widensHalves,
    convolveDirect: { convolveDirect($0, $1, $2) },
    convolveWinograd: { convolveWinograd($0, $1, $2) },
    transformWinogradInput: { transformWinogradInput($0, $1, $2) },
    multiplyWinograd: { multiplyWinograd($0, $1, $2) },
    transformWinogradOutput: { transformWinogradOutput($0, $1, $2, $3) },
    multiplyDense: { multiplyDense($0, $1, $2) },
    convolveDepthwise: { convolveDepthwise($0, $1, $2) },
    poolMax: { poolMax($0, $1, $2) },
    poolAverage: { poolAverage($0, $1, $2) },
    extractGray: { extractGray($0, $1, $2, $3) },
    add: { add($0, $1, $2, $3) },
    multiply: { multiply($0, $1, $2, $3, $4) },
    scaleAndShift: { scaleAndShift($0, $1) },
    clamp: { clamp($0, $1, $2, $3, $4) },
    sigmoid: { sigmoid($0, $1, $2) },
    tanh: { tanh($0, $1, $2) },
    swish: { swish($0, $1, $2) },
    hardSwish: { hardSwish($0, $1, $2) },
    softmax: { softmax($0, $1, $2, $3) },
    packBlocks: { packBlocks($0) },
    packWinograd: { packWinograd($0) },
    widenHalf: { widenHalf($0, $1, $2) },
    convolveWinogradRows: { convolveWinogradRows($0, $1, $2) },
    packWinogradRows: { packWinogradRows($0) },
    multiplyAddPeak: { multiplyAddPeak($0, $1) },
    training: makeTrainingKernels())
}

private func makeTrainingKernels() -> TrainingKernels {
  TrainingKernels(
    addOuterProducts: { addOuterProducts($0) },
    convolveWinogradGradient: { convolveWinogradGradient($0, $1, $2) },
    unpackWinogradGradient: { unpackWinogradGradient($0) },
    addPatches: { addPatches($0, $1, $2, $3, $4, $5) },
    convolveDepthwiseGradient: { convolveDepthwiseGradient($0) },
    spreadChosen: { spreadChosen($0, $1, $2, $3, $4, $5) },
    poolMaxGradient: { poolMaxGradient($0, $1, $2, $3) },
    poolAverageGradient: { poolAverageGradient($0, $1, $2, $3) },
    maskGradient: { maskGradient($0, $1, $2, $3, $4) },
    maskChoices: { maskChoices($0, $1, $2) },
    sigmoidGradient: { sigmoidGradient($0, $1, $2) },
    tanhGradient: { tanhGradient($0, $1, $2) },
    swishGradient: { swishGradient($0, $1, $2) },
    hardSwishGradient: { hardSwishGradient($0, $1, $2) },
    addScaled: { addScaled($0, $1, $2, $3) },
    addProducts: { addProducts($0, $1, $2, $3, $4) },
    addColumnProducts: { addColumnProducts($0, $1, $2, $3, $4) },
    addColumnSums: { addColumnSums($0, $1, $2, $3) },
    addSquaredDeviations: { addSquaredDeviations($0, $1, $2, $3, $4) },
    addDeviationProducts: { addDeviationProducts($0, $1, $2, $3, $4, $5) },
    addAffine: { addAffine($0, $1, $2, $3, $4, $5) },
    sumOfSquares: { sumOfSquares($0, $1) },
    updateAdam: { updateAdam($0) },
    updateMomentum: { updateMomentum($0) })
}
