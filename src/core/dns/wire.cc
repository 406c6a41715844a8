#include "core/dns/wire.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace postern::dns::wire {
namespace {

constexpr std::size_t kLongestName = 255;  // RFC 1035 3.1, with the length bytes
constexpr std::size_t kLongestLabel = 63;  // above it lie compression pointers: none here

// A name that ends exactly where the data ends; the root is the empty domain.
Parsed<Domain> name_to_end(Bytes data) {
  if (data.empty() || data.size() > kLongestName) return std::unexpected(Fault::malformed);
  std::string text;
  while (data[0] != 0) {
    const std::size_t length = data[0];
    if (length > kLongestLabel || data.size() < length + 2)
      return std::unexpected(Fault::malformed);
    const auto label = data.subspan(1, length);
    // A dot inside a label would make two labels of it in text; a space makes the whole unusable.
    if (std::ranges::find(label, std::uint8_t{'.'}) != label.end()) text += ' ';
    text.append(label.begin(), label.end());
    text += '.';
    data = data.subspan(length + 1);
  }
  if (data.size() != 1) return std::unexpected(Fault::malformed);
  if (text.empty()) return Domain();
  auto domain = Domain::from_ascii(text);
  if (!domain) return std::unexpected(Fault::unusable);
  return *domain;
}

// Steps through a message; any read past its end makes it empty for good.
class Reader {
 public:
  explicit Reader(Bytes message) : rest_(message) {}
  [[nodiscard]] bool failed() const { return failed_; }
  std::uint16_t number() {
    const Bytes two = take(2);
    return failed_ ? std::uint16_t{0} : static_cast<std::uint16_t>(two[0] << 8 | two[1]);
  }
  Bytes take(std::size_t count) {
    failed_ = failed_ || rest_.size() < count;
    if (failed_) return {};
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  void skip_name() {
    for (;;) {
      const Bytes length = take(1);
      if (failed_ || length[0] == 0) return;
      if (length[0] > kLongestLabel) {
        take(1);  // a compression pointer ends the name
        return;
      }
      take(length[0]);
    }
  }

 private:
  Bytes rest_;
  bool failed_ = false;
};

}  // namespace

bool is_referral(Bytes message) {
  constexpr int kSoa = 6;
  Reader reader(message);
  reader.take(4);
  const int questions = reader.number();
  const int answers = reader.number();
  const int authorities = reader.number();
  reader.number();
  if (reader.failed() || answers != 0) return false;
  for (int i = 0; i < questions && !reader.failed(); ++i) {
    reader.skip_name();
    reader.take(4);
  }
  for (int i = 0; i < authorities && !reader.failed(); ++i) {
    reader.skip_name();
    if (reader.number() == kSoa) return false;
    reader.take(6);  // class and TTL
    reader.take(reader.number());
  }
  return authorities > 0 && !reader.failed();
}

std::string_view type_name(Type type) {
  switch (type) {
    case Type::a:
      return "A";
    case Type::cname:
      return "CNAME";
    case Type::ptr:
      return "PTR";
    case Type::mx:
      return "MX";
    case Type::txt:
      return "TXT";
    case Type::aaaa:
      return "AAAA";
    case Type::tlsa:
      return "TLSA";
  }
  std::unreachable();
}

Parsed<base::IpAddress> parse_a(Bytes data) {
  if (data.size() != 4) return std::unexpected(Fault::malformed);
  return base::IpAddress::v4(std::uint32_t{data[0]} << 24 | std::uint32_t{data[1]} << 16 |
                             std::uint32_t{data[2]} << 8 | data[3]);
}

Parsed<base::IpAddress> parse_aaaa(Bytes data) {
  std::array<std::uint8_t, 16> bytes{};
  if (data.size() != bytes.size()) return std::unexpected(Fault::malformed);
  std::ranges::copy(data, bytes.begin());
  return base::IpAddress::v6(bytes);
}

Parsed<Mx> parse_mx(Bytes data) {
  if (data.size() < 3) return std::unexpected(Fault::malformed);
  auto host = name_to_end(data.subspan(2));
  if (!host) return std::unexpected(host.error());
  return Mx{static_cast<std::uint16_t>(data[0] << 8 | data[1]), std::move(*host)};
}

Parsed<Tlsa> parse_tlsa(Bytes data) {
  if (data.size() < 4) return std::unexpected(Fault::malformed);  // RFC 6698 2.1
  return Tlsa{data[0], data[1], data[2], {data.begin() + 3, data.end()}};
}

Parsed<Txt> parse_txt(Bytes data) {
  if (data.empty()) return std::unexpected(Fault::malformed);  // at least one string
  Txt txt;
  while (!data.empty()) {
    const std::size_t length = data[0];
    if (data.size() < length + 1) return std::unexpected(Fault::malformed);
    const auto part = data.subspan(1, length);
    txt.text.append(part.begin(), part.end());
    data = data.subspan(length + 1);
  }
  return txt;
}

Parsed<Domain> parse_name(Bytes data) {
  auto name = name_to_end(data);
  if (name && name->empty()) return std::unexpected(Fault::unusable);
  return name;
}

Domain reverse_name(const base::IpAddress& address) {
  std::string text;
  const auto& bytes = address.bytes();
  if (address.is_v4()) {
    text = fmt::format("{}.{}.{}.{}.in-addr.arpa", bytes[15], bytes[14], bytes[13], bytes[12]);
  } else {
    for (std::size_t i = bytes.size(); i-- > 0;) {
      text += fmt::format("{:x}.{:x}.", bytes[i] & 15, bytes[i] >> 4);
    }
    text += "ip6.arpa";
  }
  return *Domain::from_ascii(text);
}

}  // namespace postern::dns::wire
