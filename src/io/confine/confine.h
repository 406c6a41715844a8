// Gives up, for this process and for good, what a running gateway never needs: so that whoever
// takes it over can neither start a program nor leave anything outside its own folders.
//
//   files   Landlock (Linux 5.13): nothing is written, made, renamed, removed or executed outside
//           `writable`; reading stays as it was, since certificates may lie anywhere
//   calls   seccomp: no new program or process, no other identity or namespace, no looking into
//           other processes, no mounting, no kernel modules, no setting of clocks
//
// To be called before the first thread: Landlock holds for the calling thread and those that it
// starts. What is open already stays open. A kernel that cannot do one of the two is no failure;
// the answer says what holds.
#pragma once

#include <string>
#include <vector>

namespace postern::confine {

struct Confined {
  bool files = false;
  bool calls = false;
  std::string why{};  // for what does not hold: one sentence each
};

// `writable`: folders that exist.
[[nodiscard]] Confined give_up_rights(const std::vector<std::string>& writable);

}  // namespace postern::confine
