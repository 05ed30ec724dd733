#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `log Σ exp x`, which neither overflows nor loses all digits.
public func logSumExp(_ values: [Double]) -> Double {
  guard let largest = values.max() else { return -.infinity }
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
