#include "core/acme/renewal.h"

#include <algorithm>

namespace postern::acme {

base::Instant renew_at(base::Instant not_before, base::Instant not_after) {
  return not_after - (not_after - not_before) / 3;
}

base::Duration wait_after(int failures) {
  constexpr base::Duration first = std::chrono::minutes(15);
  constexpr base::Duration longest = std::chrono::hours(12);
  constexpr int doublings = 6;  // more would pass the longest
  if (failures <= 0) return base::Duration(0);
  return std::min(longest, first * (1 << std::min(failures - 1, doublings)));
}

Standing Patience::note(Look look, std::chrono::seconds ttl, base::Instant now) {
  // A resolver that answers from its cache tells what is left of a TTL: the longest is the truest.
  ttl_ = std::max(ttl_, ttl);
  if (look == Look::unknown) return Standing::unknown;
  if (look == Look::would_break) {
    good_since_.reset();
    return Standing::held;
  }
  // Records that were never seen can be in nobody's cache.
  if (look == Look::free && !good_since_ && ttl_ == std::chrono::seconds(0)) return Standing::clear;
  if (!good_since_) good_since_ = now;
  return now >= *clear_at() ? Standing::clear : Standing::waiting;
}

std::optional<base::Instant> Patience::clear_at() const {
  if (!good_since_) return std::nullopt;
  return *good_since_ + 2 * ttl_;
}

}  // namespace postern::acme
