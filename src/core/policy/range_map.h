// From an address to the narrowest range that holds it. Ranges are prefixes, so two of them are
// nested or apart; they are flattened once into disjoint pieces, and a lookup is one binary search.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ip_address.h"

namespace postern::policy {

class RangeMap {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  // Item numbers with their ranges; of two equal ranges the lower number counts.
  explicit RangeMap(std::vector<std::pair<base::IpRange, std::uint32_t>> ranges);

  [[nodiscard]] std::uint32_t find(const base::IpAddress& address) const;

 private:
  struct Piece {
    base::IpAddress from;
    std::uint32_t item = none;
  };
  using Pieces = std::vector<Piece>;
  using Ranges = std::vector<std::pair<base::IpRange, std::uint32_t>>;
  static Pieces flatten(Ranges ranges);

  // Apart, because "::/0" does not hold IPv4 although IPv4 is written inside IPv6.
  Pieces v4_, v6_;
};

}  // namespace postern::policy
