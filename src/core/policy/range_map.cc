#include "core/policy/range_map.h"

#include <algorithm>
#include <optional>

namespace postern::policy {
namespace {

// The address after the last one of the range; nothing at the end of all addresses.
std::optional<base::IpAddress> end_of(const base::IpRange& range) {
  auto bytes = range.first().bytes();
  if (range.prefix() == 0) return std::nullopt;
  const auto last_bit = static_cast<std::size_t>(range.prefix() - 1);
  unsigned carry = 1U << (7 - last_bit % 8);
  for (std::size_t byte = last_bit / 8 + 1; byte-- > 0 && carry != 0;) {
    const unsigned sum = bytes[byte] + carry;
    bytes[byte] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  if (carry != 0) return std::nullopt;
  return base::IpAddress::v6(bytes);
}

}  // namespace

RangeMap::RangeMap(Ranges ranges) {
  Ranges v6;
  const auto is_v4 = [](const auto& entry) {
    return entry.first.first().is_v4() && entry.first.prefix() >= 96;
  };
  std::ranges::copy_if(ranges, std::back_inserter(v6), [&](const auto& r) { return !is_v4(r); });
  std::erase_if(ranges, [&](const auto& r) { return !is_v4(r); });
  v4_ = flatten(std::move(ranges));
  v6_ = flatten(std::move(v6));
}

RangeMap::Pieces RangeMap::flatten(Ranges ranges) {
  // By start, the wider first: so a range comes after all those that hold it.
  std::ranges::sort(ranges, [](const auto& a, const auto& b) {
    if (a.first.first() != b.first.first()) return a.first.first() < b.first.first();
    if (a.first.prefix() != b.first.prefix()) return a.first.prefix() < b.first.prefix();
    return a.second > b.second;
  });
  struct Open {
    std::optional<base::IpAddress> end;
    std::uint32_t item;
  };
  Pieces pieces;
  std::vector<Open> open;  // the ranges that hold the current place, the narrowest last
  const auto start = [&](const base::IpAddress& from, std::uint32_t item) {
    if (!pieces.empty() && pieces.back().from == from) {
      pieces.back().item = item;
    } else {
      pieces.push_back({from, item});
    }
  };
  const auto close_until = [&](const base::IpAddress* place) {
    while (!open.empty() && open.back().end && (place == nullptr || *open.back().end <= *place)) {
      const base::IpAddress end = *open.back().end;
      open.pop_back();
      start(end, open.empty() ? none : open.back().item);
    }
  };
  for (const auto& [range, item] : ranges) {
    close_until(&range.first());
    open.push_back({end_of(range), item});
    start(range.first(), item);
  }
  close_until(nullptr);
  return pieces;
}

std::uint32_t RangeMap::find(const base::IpAddress& address) const {
  const Pieces& pieces = address.is_v4() ? v4_ : v6_;
  const auto after = std::ranges::upper_bound(pieces, address, {}, &Piece::from);
  return after == pieces.begin() ? none : std::prev(after)->item;
}

}  // namespace postern::policy
