// Wall-clock time in microseconds since 1970 UTC, and its spellings. Core never reads a clock: an
// Instant is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::base {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;

[[nodiscard]] inline std::int64_t micros(Instant t) { return t.time_since_epoch().count(); }
[[nodiscard]] inline Instant instant(std::int64_t micros) { return Instant{Duration{micros}}; }

// "2026-11-23T15:46:16.000123Z" (RFC 3339, always UTC; no fraction when it is zero).
[[nodiscard]] std::string rfc3339(Instant t);
// Accepts a date alone, and any numeric offset; nullopt for anything else.
[[nodiscard]] std::optional<Instant> parse_rfc3339(std::string_view text);
// "Mon, 23 Nov 2026 15:46:16 +0000" (RFC 5322 3.3).
[[nodiscard]] std::string rfc5322_date(Instant t);
// "30s", "15m", "4h", "5d", "200ms", "50us", and sums such as "1h30m"; nullopt for anything else.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
// Largest units first, zero parts left out: "1d", "1h30m"; "0s" for zero. parse_duration reads it
// back (but not a negative one, which is for people only).
[[nodiscard]] std::string duration_text(Duration d);

}  // namespace postern::base
