#include "core/tlsrpt/schedule.h"

#include <array>
#include <cstdint>

namespace postern::tlsrpt {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// A day in all.
constexpr std::array<minutes, 9> kWaits{minutes(5), minutes(15), minutes(40), hours(1), hours(2),
                                        hours(4),   hours(4),    hours(4),    hours(8)};

// FNV-1a: the same on every node and after every restart.
std::uint64_t hash_of(std::string_view text, std::uint64_t hash = 14695981039346656037ULL) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

}  // namespace

base::Instant send_at(std::chrono::sys_days day, const dns::Domain& domain) {
  constexpr std::uint64_t kSpread = std::chrono::seconds(hours(4)).count();
  const std::string number = std::to_string(day.time_since_epoch().count());
  const std::uint64_t hash = hash_of(number, hash_of(domain.text()));
  const auto wait = static_cast<std::int64_t>((hash ^ (hash >> 32)) % kSpread);
  return base::Instant(day + std::chrono::days(1)) + std::chrono::seconds(wait);
}

std::optional<base::Duration> wait_after(int attempts) {
  const auto index = static_cast<std::size_t>(attempts < 1 ? 0 : attempts - 1);
  if (index >= kWaits.size()) return std::nullopt;
  return kWaits.at(index);
}

}  // namespace postern::tlsrpt
