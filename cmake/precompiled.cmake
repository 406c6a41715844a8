# Sanitizer builds are compiled to be run once, and reading the same headers again and again is four
# tenths of the work. Other builds do without, so that a missing #include is found there.
set(POSTERN_STANDARD_HEADERS <algorithm> <array> <atomic> <charconv> <chrono> <coroutine> <cstdint>
    <deque> <expected> <filesystem> <functional> <map> <memory> <mutex> <optional> <ostream> <set>
    <span> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
    <fmt/format.h>)
set(POSTERN_IO_HEADERS <boost/json.hpp> <openssl/ssl.h>)
set(POSTERN_TEST_HEADERS <gtest/gtest.h> <gmock/gmock.h>)

function(postern_precompile target)  # TARGET HEADER...
  if(POSTERN_SANITIZE)
    # Without a time of making inside, ccache knows it again.
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    target_precompile_headers(${target} PRIVATE ${POSTERN_STANDARD_HEADERS} ${ARGN})
  endif()
endfunction()
