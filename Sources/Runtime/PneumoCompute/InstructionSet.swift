import CCPU
import PneumoKernelABI
import PneumoKernels

import PneumoSystem

#if canImport(PneumoKernelsAVX2)
import PneumoKernelsAVX2
import PneumoKernelsAVX512
#endif

/// Which kernels run: one table per instruction set that this CPU, or its emulator, has.
package enum InstructionSet {
  /// The tables that this CPU can run, slowest first.
  package static let available: [KernelTable] = {
    var tables = [PneumoKernels.makeKernelTable()]
    #if canImport(PneumoKernelsAVX2)
    let level = CPULevel.detected
    if level >= .v3 { tables.append(PneumoKernelsAVX2.makeKernelTable()) }
    if level >= .v4 { tables.append(PneumoKernelsAVX512.makeKernelTable()) }
    #endif
    return tables
  }()

  /// The table called `name`; without a name the one that the environment variable `PNEUMO_ISA`
  /// names; without that the fastest.
  package static func select(_ name: String? = nil) throws(ComputeError) -> KernelTable {
    let environment = getenv("PNEUMO_ISA").map { String(cString: $0) }
    guard let wanted = name ?? environment else { return available[available.count - 1] }
    guard let table = available.first(where: { $0.name == wanted }) else {
      let names = available.map(\.name).joined(separator: ", ")
      let origin = name == nil ? "PNEUMO_ISA is '\(wanted)'" : "instruction set '\(wanted)'"
      throw ComputeError(.setting, "\(origin): this CPU runs \(names)")
    }
    return table
  }
}

#if canImport(PneumoKernelsAVX2)
/// The x86-64 micro-architecture levels that kernels are compiled for.
private enum CPULevel: Int, Comparable {
  case v1, v3, v4

  static func < (a: CPULevel, b: CPULevel) -> Bool { a.rawValue < b.rawValue }

  /// Asks CPUID for every feature that `-march=x86-64-v3` and `-v4` let the compiler use, and
  /// XGETBV whether the operating system saves the registers. (Intel SDM vol. 2A, CPUID.)
  static let detected: CPULevel = {
    let one = leaf(1)
    let seven = leaf(7)
    let extended = leaf(0x8000_0001)
    let osxsave = 27
    guard one.ecx.has(osxsave) else { return .v1 }
    let saved = cpu_xcr0()
    let (sse3, ssse3, fma, cx16, sse41, sse42, movbe, popcnt, avx, f16c) =
      (0, 9, 12, 13, 19, 20, 22, 23, 28, 29)
    let (bmi1, avx2, bmi2) = (3, 5, 8)
    let (lahf, lzcnt) = (0, 5)
    guard saved & 0b110 == 0b110,
      one.ecx.has(sse3, ssse3, fma, cx16, sse41, sse42, movbe, popcnt, avx, f16c),
      seven.ebx.has(bmi1, avx2, bmi2), extended.ecx.has(lahf, lzcnt)
    else { return .v1 }
    let (avx512f, avx512dq, avx512cd, avx512bw, avx512vl) = (16, 17, 28, 30, 31)
    guard saved & 0b1110_0110 == 0b1110_0110,
      seven.ebx.has(avx512f, avx512dq, avx512cd, avx512bw, avx512vl)
    else { return .v3 }
    return .v4
  }()

  private static func leaf(_ number: UInt32) -> (ebx: UInt32, ecx: UInt32) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4) { registers in
      // SAFETY: the shim writes four registers.
      guard cpu_leaf(number, 0, registers.baseAddress!) != 0 else { return (0, 0) }
      return (registers[1], registers[2])
    }
  }
}

extension UInt32 {
  /// Whether all of these bits are set.
  fileprivate func has(_ bits: Int...) -> Bool { bits.allSatisfy { self >> $0 & 1 == 1 } }
}
#endif
