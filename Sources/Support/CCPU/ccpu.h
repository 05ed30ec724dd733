// CPU features, as reported by the CPU or its emulator.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>

// Executes CPUID for (leaf, subleaf) and stores eax, ebx, ecx and edx in `out`. Returns 0 if the
// CPU does not support the leaf.
static inline int cpu_leaf(uint32_t leaf, uint32_t subleaf, uint32_t out[4]) {
  return __get_cpuid_count(leaf, subleaf, &out[0], &out[1], &out[2], &out[3]);
}

// Returns XCR0, which tells which register files the operating system saves. Requires OSXSAVE.
static inline uint64_t cpu_xcr0(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}
#endif

#if defined(__linux__)
// sched_getaffinity(2), which the Glibc module hides (it needs _GNU_SOURCE).
extern int cpu_getaffinity(int process, size_t size, void *mask) __asm__("sched_getaffinity");
#endif

// Tells the CPU that this is a loop that waits for another thread.
static inline void cpu_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}
