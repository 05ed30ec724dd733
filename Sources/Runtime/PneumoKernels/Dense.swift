import PneumoKernelABI

// output[image][o] = clamp(bias[o] + Σ_i input[image][i] · kernel[i][o])
//
// The sum runs in this order for any number of images. For a single image, each weight is used only
// once and memory bandwidth is the limit; computing four blocks at a time keeps enough independent
// sums and loads in flight.

/// Computes blocks `firstBlock..<endBlock` of the outputs of all images.
func multiplyDense(
  _ arguments: UnsafePointer<DenseArguments>, _ firstBlock: Int, _ endBlock: Int
) {
  let a = arguments.pointee
  switch (a.images == 1, a.isKernelHalf) {
  case (true, false): multiplyImage(a, firstBlock, endBlock)
  case (true, true): multiplyImageByHalves(a, firstBlock, endBlock)
  case (false, false): multiplyImages(a, firstBlock, endBlock)
  case (false, true): multiplyImagesByHalves(a, firstBlock, endBlock)
  }
}

// Separate functions: inlined into one, they would exceed the compiler's limit for further
// inlining.

@inline(never)
private func multiplyImage(_ a: DenseArguments, _ firstBlock: Int, _ endBlock: Int) {
  multiplyImage(a, firstBlock, endBlock, isHalf: false)
}

@inline(never)
private func multiplyImageByHalves(_ a: DenseArguments, _ firstBlock: Int, _ endBlock: Int) {
  multiplyImage(a, firstBlock, endBlock, isHalf: true)
}

@inline(never)
private func multiplyImages(_ a: DenseArguments, _ firstBlock: Int, _ endBlock: Int) {
  multiplyImages(a, firstBlock, endBlock, isHalf: false)
}

@inline(never)
private func multiplyImagesByHalves(_ a: DenseArguments, _ firstBlock: Int, _ endBlock: Int) {
  multiplyImages(a, firstBlock, endBlock, isHalf: true)
}

/// Computes tiles of sums, in which images take the place of pixels.
@inline(__always)
private func multiplyImages(
  _ a: DenseArguments, _ firstBlock: Int, _ endBlock: Int, isHalf: Bool
) {
  let row = ConvolutionArguments(denseLayer: a)
  let size = blockByteCount(a, isHalf: isHalf)
  // SAFETY: the caller guarantees the numbers of images, inputs and outputs.
  for block in firstBlock..<endBlock {
    let channel = block &* blockChannels
    var image = 0
    while image < a.images {
      let count = sumTile(
        row, a.input + image &* a.inputs, a.kernel + block &* size, a.bias + channel,
        (a.scratch, blockChannels), a.images &- image, isHalf: isHalf)
      storeTile(row, a.scratch, count, channel, a.output + image &* a.outputs)
      image &+= count
    }
  }
}

@inline(__always)
private func multiplyImage(
  _ a: DenseArguments, _ firstBlock: Int, _ endBlock: Int, isHalf: Bool
) {
  let row = ConvolutionArguments(denseLayer: a)
  let size = blockByteCount(a, isHalf: isHalf)
  var block = firstBlock
  // SAFETY: as above; the scratch memory, a tile of sums, is larger than four blocks.
  while block < endBlock {
    let channel = block &* blockChannels
    let kernel = a.kernel + block &* size
    let count = block &+ 4 <= endBlock ? 4 : 1
    if count == 4 {
      sumFourBlocks(a, kernel, size, a.bias + channel, isHalf: isHalf)
    } else {
      _ = sumTile(
        row, a.input, kernel, a.bias + channel, (a.scratch, blockChannels), 1, isHalf: isHalf)
    }
    for number in 0..<count {
      storeTile(
        row, a.scratch + number &* blockChannels, 1, channel &+ number &* blockChannels, a.output)
    }
    block &+= count
  }
}

/// Computes the sums of a single image for four blocks of weights that are `size` bytes apart.
@inline(__always)
private func sumFourBlocks(
  _ a: DenseArguments, _ kernel: UnsafeRawPointer, _ size: Int, _ bias: UnsafePointer<Float>,
  isHalf: Bool
) {
  let half = Vector.scalarCount
  var (s0, s1) = (load(bias), load(bias + half))
  var (s2, s3) = (load(bias + 2 &* half), load(bias + 3 &* half))
  var (s4, s5) = (load(bias + 4 &* half), load(bias + 5 &* half))
  var (s6, s7) = (load(bias + 6 &* half), load(bias + 7 &* half))
  for i in 0..<a.inputs {
    let x = Vector(repeating: a.input[i])
    s0 = multiplyAdd(s0, x, weights(kernel, 2 &* i, isHalf: isHalf))
    s1 = multiplyAdd(s1, x, weights(kernel, 2 &* i &+ 1, isHalf: isHalf))
    s2 = multiplyAdd(s2, x, weights(kernel + size, 2 &* i, isHalf: isHalf))
    s3 = multiplyAdd(s3, x, weights(kernel + size, 2 &* i &+ 1, isHalf: isHalf))
    s4 = multiplyAdd(s4, x, weights(kernel + 2 &* size, 2 &* i, isHalf: isHalf))
    s5 = multiplyAdd(s5, x, weights(kernel + 2 &* size, 2 &* i &+ 1, isHalf: isHalf))
    s6 = multiplyAdd(s6, x, weights(kernel + 3 &* size, 2 &* i, isHalf: isHalf))
    s7 = multiplyAdd(s7, x, weights(kernel + 3 &* size, 2 &* i &+ 1, isHalf: isHalf))
  }
  let sums = a.scratch
  store(s0, sums)
  store(s1, sums + half)
  store(s2, sums + 2 &* half)
  store(s3, sums + 3 &* half)
  store(s4, sums + 4 &* half)
  store(s5, sums + 5 &* half)
  store(s6, sums + 6 &* half)
  store(s7, sums + 7 &* half)
}

/// Loads vector `index` of the packed weights.
@inline(__always)
private func weights(_ kernel: UnsafeRawPointer, _ index: Int, isHalf: Bool) -> Vector {
  isHalf
    ? load(kernel.assumingMemoryBound(to: Float16.self) + index &* Vector.scalarCount)
    : load(kernel.assumingMemoryBound(to: Float.self) + index &* Vector.scalarCount)
}

@inline(__always)
private func blockByteCount(_ a: DenseArguments, isHalf: Bool) -> Int {
  a.inputs &* blockChannels &* (isHalf ? 2 : 4)
}

extension ConvolutionArguments {
  /// Describes a dense layer as a 1×1 convolution over a row of pixels, one per image.
  @inline(__always)
  fileprivate init(denseLayer a: DenseArguments) {
    self.init(
      input: a.input, kernel: a.kernel, bias: a.bias, output: a.output, scratch: a.scratch,
      inputRowStride: 0, inputPixelStride: a.inputs, outputRowStride: 0,
      outputPixelStride: a.outputs, outputWidth: a.images, kernelHeight: 1, kernelWidth: 1,
      inputChannels: a.inputs, outputChannels: a.outputs)
    low = a.low
    high = a.high
  }
}
