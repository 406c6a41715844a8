// For tests: how much of the heap is in use, with and without sanitizers.
#pragma once

#include <malloc.h>

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#include <sanitizer/allocator_interface.h>
#define POSTERN_HEAP_OF_A_SANITIZER
#endif
#endif

namespace postern::crypto::testing {

inline std::size_t heap_in_use() {
#ifdef POSTERN_HEAP_OF_A_SANITIZER
  return __sanitizer_get_current_allocated_bytes();
#else
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
#endif
}

}  // namespace postern::crypto::testing
