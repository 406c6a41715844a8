// In which order the hosts of a plan are tried: by preference, and those of equal preference in an
// order of chance, so that they share the load (RFC 5321 5.1).
#pragma once

#include <cstdint>
#include <vector>

#include "core/route/route_plan.h"

namespace postern::delivery {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed | 1) {}
  [[nodiscard]] std::uint64_t below(std::uint64_t n) { return next() % n; }
  [[nodiscard]] double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t next() {  // xorshift64*: spreads load, guards nothing
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1DULL;
  }
  std::uint64_t state_;
};
[[nodiscard]] std::vector<std::size_t> order_of_hosts(const route::RoutePlan& plan, Chance& chance);

}  // namespace postern::delivery
