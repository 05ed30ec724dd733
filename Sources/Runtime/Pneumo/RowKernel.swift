import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// A kernel that computes rows of a convolution of padded input.
struct RowKernel: Sendable {
  /// The part of the kernel's name that names the algorithm.
  let name: String
  let run: @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Elements that each thread needs for itself.
  let scratchCount: Int
  /// Whether the weights are transformed.
  private let isWinograd: Bool

  init(isWinograd: Bool, _ kernels: KernelTable) {
    self.isWinograd = isWinograd
    name = isWinograd ? "WinogradF1x4" : "Direct"
    run = isWinograd ? kernels.convolveWinogradRows : kernels.convolveDirect
    scratchCount = isWinograd ? kernels.rowStripCount : kernels.tileCount
  }

  /// A kernel of shape (rows, columns, inputs, outputs) as this kernel reads it.
  func packed(
    _ kernel: WeightTensor, _ builder: PlanBuilder, groups: Int = 1
  ) -> FloatBuffer {
    if isWinograd { return builder.packedWinogradRows(kernel) }
    let shape = kernel.shape
    return builder.packed(
      kernel, rows: shape[0] * shape[1] * shape[2], columns: shape[3], groups: groups)
  }
}
