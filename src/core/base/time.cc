#include "core/base/time.h"

#include <fmt/core.h>

#include <limits>

namespace postern::base {
namespace {

using namespace std::chrono;

struct Civil {
  year_month_day date;
  hh_mm_ss<microseconds> time;
  explicit Civil(Instant t) : date(floor<days>(t)), time(t - floor<days>(t)) {}
};

// Takes exactly `count` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto y = take_number(text, 4);
  if (!y || !take(text, "-")) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || !take(text, "-")) return std::nullopt;
  const auto d = take_number(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

std::optional<Duration> take_time_of_day(std::string_view& text) {
  const auto h = take_number(text, 2);
  if (!h || *h > 23 || !take(text, ":")) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || *m > 59 || !take(text, ":")) return std::nullopt;
  const auto s = take_number(text, 2);
  if (!s || *s > 60) return std::nullopt;  // 60: a leap second, read as the second after it
  Duration time = hours{*h} + minutes{*m} + seconds{*s};
  if (take(text, ".")) {
    std::int64_t unit = 100'000;
    std::size_t digits = 0;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
      time += microseconds{(text[0] - '0') * unit};
      unit /= 10;
      ++digits;
      text.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
  }
  return time;
}

std::optional<Duration> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return Duration{0};
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const bool west = text[0] == '-';
  text.remove_prefix(1);
  const auto h = take_number(text, 2);
  if (!h || *h > 23 || !take(text, ":")) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || *m > 59) return std::nullopt;
  const Duration offset = hours{*h} + minutes{*m};
  return west ? -offset : offset;
}

struct Unit {
  std::string_view name;
  std::int64_t micros;
};
constexpr Unit kUnits[] = {{"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000},
                           {"s", 1'000'000},      {"ms", 1'000},        {"us", 1}};

std::int64_t unit_micros(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.micros;
  }
  return 0;
}

}  // namespace

std::string rfc3339(Instant t) {
  const Civil c(t);
  auto text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(c.date.year()),
                  static_cast<unsigned>(c.date.month()), static_cast<unsigned>(c.date.day()),
                  c.time.hours().count(), c.time.minutes().count(), c.time.seconds().count());
  if (const auto fraction = c.time.subseconds().count(); fraction != 0) {
    text += fmt::format(".{:06}", fraction);
  }
  text += 'Z';
  return text;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return Instant{*date};
  if (!take(text, "Tt ")) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return Instant{*date} + *time - *offset;
}

std::string rfc5322_date(Instant t) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c(t);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[weekday{floor<days>(t)}.c_encoding()],
      static_cast<unsigned>(c.date.day()), kMonths[static_cast<unsigned>(c.date.month()) - 1],
      static_cast<int>(c.date.year()), c.time.hours().count(), c.time.minutes().count(),
      c.time.seconds().count());
}

std::optional<Duration> parse_duration(std::string_view text) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t count = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      const int digit = text[digits] - '0';
      if (count > (kMost - digit) / 10) return std::nullopt;
      count = count * 10 + digit;
      ++digits;
    }
    text.remove_prefix(digits);
    std::size_t letters = 0;
    while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
    const std::int64_t unit = unit_micros(text.substr(0, letters));
    text.remove_prefix(letters);
    if (digits == 0 || unit == 0) return std::nullopt;
    if (count > (kMost - total) / unit) return std::nullopt;
    total += count * unit;
  }
  return Duration{total};
}

std::string duration_text(Duration d) {
  if (d == Duration::zero()) return "0s";
  std::string text = d < Duration::zero() ? "-" : "";
  auto rest = static_cast<std::uint64_t>(d.count());
  if (d < Duration::zero()) rest = 0 - rest;
  for (const Unit& unit : kUnits) {
    const auto size = static_cast<std::uint64_t>(unit.micros);
    if (rest >= size) text += fmt::format("{}{}", rest / size, unit.name);
    rest %= size;
  }
  return text;
}

}  // namespace postern::base
