// The C library of the platform, chosen here and nowhere else.
#if canImport(Darwin)
@_exported import Darwin
#elseif canImport(Glibc)
@_exported import Glibc
#elseif canImport(Musl)
@_exported import Musl
#endif

/// The system's `write`, for types that have a `write` of their own.
package func writeSome(
  _ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int
) -> Int {
  write(descriptor, bytes, count)
}
