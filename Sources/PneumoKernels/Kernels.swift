import PneumoKernelABI

/// The kernels compiled in this module.
public func makeKernelTable() -> KernelTable {
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
    scaleAndShift: { scaleAndShift($0, $1) },
    clamp: { clamp($0, $1, $2, $3, $4) },
    sigmoid: { sigmoid($0, $1, $2) },
    tanh: { tanh($0, $1, $2) },
    swish: { swish($0, $1, $2) },
    softmax: { softmax($0, $1, $2, $3) },
    packBlocks: { packBlocks($0) },
    packWinograd: { packWinograd($0) },
    widenHalf: { widenHalf($0, $1, $2) },
    convolveWinogradRows: { convolveWinogradRows($0, $1, $2) },
    packWinogradRows: { packWinogradRows($0) },
    multiplyAddPeak: { multiplyAddPeak($0, $1) })
}
