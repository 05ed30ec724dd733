import PneumoKernelABI
import PneumoSystem

/// Sizes of this CPU's caches.
package enum CacheSize {
  /// Bytes of the second-level cache, which one core or a few have for themselves.
  package static let secondLevel: Int = {
    #if os(Linux)
    let size = sysconf(CInt(_SC_LEVEL2_CACHE_SIZE))
    #else
    var size = 0
    var length = MemoryLayout<Int>.size
    sysctlbyname("hw.l2cachesize", &size, &length, nil, 0)
    #endif
    // Some emulators and virtual machines do not tell.
    return size > 0 ? min(max(size, 1 << 17), 1 << 23) : 1 << 19
  }()
}

extension KernelTable {
  /// How many tiles of a Winograd convolution are transformed together: whole tiles of sums, whose
  /// inputs and products fill half the second-level cache. The other half is for weights and image.
  package func winogradTiles(tileSize: Int, channelStride: Int) -> Int {
    let bytes = 4 * (tileSize + 2) * (tileSize + 2) * (channelStride + blockChannels)
    return min(max(CacheSize.secondLevel / 2 / bytes / tilePixels, 1), 4) * tilePixels
  }
}
