#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Whether a program that links this module counts its allocations: with glibc, and without a
/// sanitizer, which brings an allocator of its own.
bool allocation_counter_is_active(void);

/// Calls of `malloc` and its relatives since the program started, by all threads and libraries.
uint64_t allocation_count(void);

/// The bytes that these calls asked for.
uint64_t allocation_byte_count(void);
