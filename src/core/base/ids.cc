#include "core/base/ids.h"

#include <array>

namespace postern::base {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLength = 13;  // 65 bits hold 63

constexpr std::array<signed char, 256> make_values() {
  std::array<signed char, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    const auto c = static_cast<unsigned char>(kAlphabet[i]);
    values[c] = static_cast<signed char>(i);
    if (c >= 'A') values[c | 0x20] = static_cast<signed char>(i);
  }
  // Crockford: what people misread is understood as what was meant.
  values['O'] = values['o'] = 0;
  values['I'] = values['i'] = values['L'] = values['l'] = 1;
  return values;
}

constexpr auto kValues = make_values();

}  // namespace

std::string queue_id(MessageId id) {
  auto rest = static_cast<std::uint64_t>(id.value);
  std::string text(kLength, '0');
  for (std::size_t i = kLength; i-- > 0;) {
    text[i] = kAlphabet[rest & 31];
    rest >>= 5;
  }
  return text;
}

std::optional<MessageId> parse_queue_id(std::string_view text) {
  if (text.size() != kLength) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kLength; ++i) {
    const signed char digit = kValues[static_cast<unsigned char>(text[i])];
    if (digit < 0 || (i == 0 && digit > 7)) return std::nullopt;
    value = value << 5 | static_cast<std::uint64_t>(digit);
  }
  if (value == 0) return std::nullopt;
  return MessageId{static_cast<std::int64_t>(value)};
}

}  // namespace postern::base
