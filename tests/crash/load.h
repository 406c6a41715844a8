// The load of a crash test: a program that stores and settles, and tells on a pipe what it is about
// to do and what was acknowledged, until it is killed.
//
//   storing SEED                     then   stored SEED MESSAGE DELIVERY...
//   settling DELIVERY HOW NUMBER     then   settled DELIVERY HOW NUMBER [DELIVERY of the bounce]
//   moved SEQUENCE DETAIL            before the outbox forgets it
//
// HOW is finish, postpone or bounce. Every message can be checked by itself: its sender names seed
// and size, and they make its body. NUMBER is of the settlement, and the seed of its bounce.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/spool/file_ops.h"
#include "io/spool/spool.h"

namespace postern::crash {

struct LoadPlan {
  std::string directory;
  std::uint64_t seed = 1;  // of this round; all its numbers lie above seed * 1,000,000
  int actions = 400;       // then it ends in order
  int report = -1;         // the pipe
};

[[nodiscard]] spool::SpoolSettings settings_for(const std::string& directory);
[[nodiscard]] std::string sender_for(std::uint64_t seed, std::size_t size);

// Never returns with an open spool; 0 when all went well.
[[nodiscard]] int run_load(const LoadPlan& plan, std::unique_ptr<spool::FileOps> files);

}  // namespace postern::crash
