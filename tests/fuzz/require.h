// A promise that holds for every input: when it does not, the program ends and the input is kept.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace postern::fuzz {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

}  // namespace postern::fuzz
