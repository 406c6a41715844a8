# Warnings are errors; hardening is on in every build that is not for a sanitizer.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror
                    -fno-omit-frame-pointer)
set(POSTERN_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
if(POSTERN_SANITIZE)
  # Without optimisation, and with line numbers alone: a sanitizer build is made to be run once, and
  # compiling it is most of its time (25 s against 9 s for a large test file).
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-sanitize-recover=all -O0
                      -gline-tables-only)
  add_link_options(-fsanitize=${POSTERN_SANITIZE})
else()
  add_compile_options(-fstack-protector-strong -fcf-protection=full)
  add_link_options(-Wl,-z,relro,-z,now)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    # Lines are what a stack trace needs; the rest of what -g writes takes a fifth of the time.
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -gline-tables-only)
  endif()
endif()
# Which lines and branches the tests run through: ./test --coverage.
option(POSTERN_COVERAGE "Count what runs, for llvm-cov" OFF)
if(POSTERN_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(POSTERN_SANITIZE)
  # Most of a start would go to relocating the tables that a sanitizer keeps of all globals.
  add_link_options(-no-pie)
else()
  add_link_options(-pie)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Relative paths let two checkouts of one revision share the cache; without the two kinds of
  # sloppiness it keeps nothing that uses precompiled headers.
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
                                CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
                                ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
