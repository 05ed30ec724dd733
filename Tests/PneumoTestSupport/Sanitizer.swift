import Foundation

/// What tests need to know about the sanitizers.
public enum Sanitizer {
  /// Whether this process runs under the address or the thread sanitizer. These bring an allocator of
  /// their own and start threads, and they report what Foundation leaks when it starts processes.
  public static let isActive = ["__asan_init", "__tsan_init"].contains { (symbol: String) in
    dlsym(nil, symbol) != nil
  }
}
