import PneumoKernelABI

// The gradients of a 3×3 convolution with stride 1. With the matrices of WinogradTransforms.swift,
// the forward pass for each tile is
//
//   V = Bᵀ · input · B,   M = Σ_c U_c ⊙ V_c,   output = Aᵀ · M · A,   U = G · kernel · Gᵀ
//
// Each step is linear, so gradients are propagated back through the transposes:
//
//   dM = A · d output · Aᵀ,   dU_co = Σ_tiles V_c ⊙ dM_o,   dV_c = Σ_o U_co ⊙ dM_o,
//   d input = B · dV · Bᵀ,    d kernel = Gᵀ · dU · G
//
// dU and dV are matrix products for each of the 36 positions of a tile, with as few multiplications
// as in the forward pass. Tiles are summed in order.

/// Adds the gradients from tiles `first..<first + count`; `count` is at most `tiles`.
func convolveWinogradGradient(
  _ arguments: UnsafePointer<WinogradGradientArguments>, _ first: Int, _ count: Int
) {
  let g = arguments.pointee
  withUnsafePointer(to: g.forward) { transformWinogradInput($0, first, count) }
  transformGradients(g, first, count)
  addKernelGradients(g, count)
  guard let inputGradient = g.inputGradient else { return }
  let blocks = (g.forward.inputChannels &+ blockChannels &- 1) / blockChannels
  for block in 0..<blocks {
    multiplyGradients(g, block, count)
    addInputGradients(g, inputGradient, block, first, count)
  }
}

extension WinogradGradientArguments {
  /// Transformed gradients of the output: tiles of 36 positions, each with all output channels.
  @inline(__always)
  fileprivate var gradients: UnsafeMutablePointer<Float> { forward.scratch + forward.inputCount }
  /// Products: tiles of 36 positions, each with a block of input channels.
  @inline(__always)
  fileprivate var products: UnsafeMutablePointer<Float> {
    gradients + forward.tiles &* gradientTileStride(blockChannels: blockChannels)
  }
  /// Room for two transform stages of a tile of one vector.
  @inline(__always)
  fileprivate var stages: UnsafeMutablePointer<Float> {
    products + forward.productCount(blockChannels: blockChannels)
  }
}

/// Computes `A · d output · Aᵀ` for all output channels.
@inline(never)
private func transformGradients(_ g: WinogradGradientArguments, _ first: Int, _ count: Int) {
  let a = g.forward
  let stride = g.gradientTileStride(blockChannels: blockChannels)
  let outputStride = g.outputStride(blockChannels: blockChannels)
  // SAFETY: a patch of 4×4 vectors and its half-transformed form of 6×4 fit in two stages of 36.
  let patch = g.stages
  let half = patch + 16 &* Vector.scalarCount
  for tile in 0..<count {
    let place = place(of: first &+ tile, a)
    var channel = 0
    while channel < outputStride {
      copyGradient(g, place, channel, patch)
      for x in 0..<4 {
        transposeOutputTransform(
          patch + x &* Vector.scalarCount, 4 &* Vector.scalarCount,
          half + x &* Vector.scalarCount, 4 &* Vector.scalarCount)
      }
      let target = g.gradients + (tile &* stride &+ channel)
      for y in 0..<6 {
        transposeOutputTransform(
          half + 4 &* y &* Vector.scalarCount, Vector.scalarCount,
          target + 6 &* y &* outputStride, outputStride)
      }
      channel &+= Vector.scalarCount
    }
  }
}

/// Copies a vector of channels of the gradient of a tile's 4×4 sums, with zeros beyond the border
/// and the last channel. The gradient of a pooled output goes to the largest of its sums.
@inline(__always)
private func copyGradient(
  _ g: WinogradGradientArguments, _ place: (image: Int, row: Int, column: Int), _ channel: Int,
  _ patch: UnsafeMutablePointer<Float>
) {
  let a = g.forward
  let remaining = a.outputChannels &- channel
  let side = a.isPooled ? 2 : 4
  for y in 0..<side {
    for x in 0..<side {
      let row = place.row &* side &+ y
      let column = place.column &* side &+ x
      var gradient = Vector.zero
      var choice = Vector.zero
      if remaining > 0 && row < a.outputHeight && column < a.outputWidth {
        let pixel = (place.image &* a.outputHeight &+ row) &* a.outputWidth &+ column
        let offset = pixel &* a.outputChannels &+ channel
        gradient = load(g.outputGradient + offset, first: remaining)
        if let choices = g.choices { choice = load(choices + offset, first: remaining) }
      }
      if a.isPooled {
        let target = patch + (8 &* y &+ 2 &* x) &* Vector.scalarCount
        spread(gradient, choice, target, target + 4 &* Vector.scalarCount, Vector.scalarCount)
      } else {
        store(gradient, patch + (4 &* y &+ x) &* Vector.scalarCount)
      }
    }
  }
}

/// Passes the gradient of a pooled output to the chosen one of its four sums, and zero to the
/// others.
@inline(__always)
func spread(
  _ gradient: Vector, _ choice: Vector, _ upper: UnsafeMutablePointer<Float>,
  _ lower: UnsafeMutablePointer<Float>, _ step: Int
) {
  let zero = Vector.zero
  store(gradient.replacing(with: zero, where: choice .!= 0), upper)
  store(gradient.replacing(with: zero, where: choice .!= 1), upper + step)
  store(gradient.replacing(with: zero, where: choice .!= 2), lower)
  store(gradient.replacing(with: zero, where: choice .!= 3), lower + step)
}

/// Computes `dU += Vᵀ · dM` at each position.
@inline(never)
private func addKernelGradients(_ g: WinogradGradientArguments, _ count: Int) {
  let a = g.forward
  let outputStride = g.outputStride(blockChannels: blockChannels)
  for place in 0..<36 {
    var product = OuterProductArguments(
      a: a.scratch + place &* a.channelStride, b: g.gradients + place &* outputStride,
      sums: g.kernelGradient + place &* a.inputChannels &* outputStride,
      aStride: a.inputTileStride, bStride: g.gradientTileStride(blockChannels: blockChannels),
      sumStride: outputStride, count: count, rows: a.inputChannels, columns: outputStride)
    addOuterProducts(&product)
  }
}

/// Computes `dV = dM · Uᵀ` at each position, for a block of input channels.
@inline(never)
private func multiplyGradients(_ g: WinogradGradientArguments, _ block: Int, _ count: Int) {
  let a = g.forward
  let outputStride = g.outputStride(blockChannels: blockChannels)
  let gradientStride = g.gradientTileStride(blockChannels: blockChannels)
  let productStride = a.productTileStride(blockChannels: blockChannels)
  let kernel = a.kernel + 36 &* block &* a.outputChannels &* blockChannels
  withUnsafeTemporaryAllocation(of: Float.self, capacity: blockChannels) { zeros in
    zeros.initialize(repeating: 0)
    let bias = UnsafePointer(zeros.baseAddress!)
    let product = ConvolutionArguments(
      input: g.gradients, kernel: kernel, bias: bias, output: g.products, scratch: g.products,
      inputRowStride: 0, inputPixelStride: gradientStride, outputRowStride: 0,
      outputPixelStride: productStride, outputWidth: count, kernelHeight: 1, kernelWidth: 1,
      inputChannels: a.outputChannels, outputChannels: blockChannels)
    for place in 0..<36 {
      let input = g.gradients + place &* outputStride
      let output = g.products + place &* blockChannels
      let weights = kernel + place &* a.outputChannels &* blockChannels
      var tile = 0
      while tile < count {
        tile &+= sumTile(
          product, input + tile &* gradientStride, weights, bias,
          (output + tile &* productStride, productStride), count &- tile, isHalf: false)
      }
    }
  }
}

/// Computes `d input += B · dV · Bᵀ` for a block of input channels.
@inline(never)
private func addInputGradients(
  _ g: WinogradGradientArguments, _ gradient: UnsafeMutablePointer<Float>, _ block: Int,
  _ first: Int, _ count: Int
) {
  let a = g.forward
  let stride = a.productTileStride(blockChannels: blockChannels)
  // SAFETY: each stage has 36 vectors; only pixels inside the image are written.
  let half = g.stages
  let patch = half + 36 &* Vector.scalarCount
  let row = 6 &* Vector.scalarCount
  for tile in 0..<count {
    let place = place(of: first &+ tile, a)
    let y0 = place.row &* 4 &- a.top
    let x0 = place.column &* 4 &- a.left
    var channel = block &* blockChannels
    for part in 0..<2 where channel < a.inputChannels {
      let source = g.products + (tile &* stride &+ part &* Vector.scalarCount)
      for x in 0..<6 {
        transposeInputTransform(
          source + x &* blockChannels, 6 &* blockChannels, half + x &* Vector.scalarCount, row)
      }
      for y in 0..<6 {
        transposeInputTransform(
          half + y &* row, Vector.scalarCount, patch + y &* row, Vector.scalarCount)
      }
      let remaining = a.inputChannels &- channel
      for y in max(0, -y0)..<max(0, -y0, min(6, a.inputHeight &- y0)) {
        let line = (place.image &* a.inputHeight &+ y0 &+ y) &* a.inputWidth &+ x0
        for x in max(0, -x0)..<max(0, -x0, min(6, a.inputWidth &- x0)) {
          let target = gradient + ((line &+ x) &* a.inputChannels &+ channel)
          let sum =
            load(UnsafePointer(target), first: remaining)
            + load(patch + (y &* row &+ x &* Vector.scalarCount))
          store(sum, target, first: remaining)
        }
      }
      channel &+= Vector.scalarCount
    }
  }
}

/// Computes `d kernel += Gᵀ · dU · G`. `input` holds 36 matrices of inputs × outputs, the latter in
/// whole blocks; `output` has the shape (3, 3, inputs, outputs).
func unpackWinogradGradient(_ arguments: UnsafePointer<WinogradPackingArguments>) {
  let a = arguments.pointee
  let outputStride = (a.outputs &+ blockChannels &- 1) / blockChannels &* blockChannels
  let tap = a.inputs &* a.outputs
  // SAFETY: there is room for 3 × 6 vectors, then 3 × 3.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 27 &* Vector.scalarCount) { room in
    let half = room.baseAddress!
    let taps = half + 18 &* Vector.scalarCount
    for input in 0..<a.inputs {
      var output = 0
      while output < a.outputs {
        let source = a.input + (input &* outputStride &+ output)
        let place = a.inputs &* outputStride
        for x in 0..<6 {
          transposeKernelTransform(
            source + x &* place, 6 &* place, half + x &* Vector.scalarCount,
            6 &* Vector.scalarCount)
        }
        for y in 0..<3 {
          transposeKernelTransform(
            half + 6 &* y &* Vector.scalarCount, Vector.scalarCount,
            taps + 3 &* y &* Vector.scalarCount, Vector.scalarCount)
        }
        let remaining = a.outputs &- output
        for number in 0..<9 {
          let target = a.output + (number &* tap &+ input &* a.outputs &+ output)
          let sum =
            load(UnsafePointer(target), first: remaining)
            + load(taps + number &* Vector.scalarCount)
          store(sum, target, first: remaining)
        }
        output &+= Vector.scalarCount
      }
    }
  }
}
