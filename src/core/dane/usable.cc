#include "core/dane/usable.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

#include "core/base/text.h"

namespace postern::dane {
namespace {

constexpr std::size_t kSha256 = 32;
constexpr std::size_t kSha512 = 64;
// The longest that a handshake could show: a certificate message has a 24-bit length, and no real
// certificate comes near this.
constexpr std::size_t kLongestCertificate = 64 * 1024;

// A certificate and a SubjectPublicKeyInfo are each one DER SEQUENCE that fills its data (X.690
// 8.9). More than the frame is OpenSSL's to read.
bool is_one_sequence(std::span<const std::uint8_t> data) {
  if (data.size() < 4 || data.size() > kLongestCertificate || data[0] != 0x30) return false;
  const std::uint8_t first = data[1];
  if (first < 0x80) return data.size() == 2U + first;
  const std::size_t length_bytes = first & 0x7FU;
  if (length_bytes == 0 || length_bytes > 3 || data.size() < 2 + length_bytes) return false;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8U | data[2 + i];
  return data.size() == 2 + length_bytes + length;
}

}  // namespace

std::optional<std::string> unusable(const dns::Tlsa& record) {
  if (record.usage < 2) {
    return fmt::format("usage {} ({}) does not exist for SMTP", record.usage,
                       record.usage == 0 ? "PKIX-TA" : "PKIX-EE");
  }
  if (record.usage > 3) return fmt::format("usage {} is unknown", record.usage);
  if (record.selector > 1) return fmt::format("selector {} is unknown", record.selector);
  switch (record.matching_type) {
    case 0:
      if (is_one_sequence(record.data)) return std::nullopt;
      return std::string(record.selector == 0 ? "its data is no certificate"
                                              : "its data is no public key");
    case 1:
    case 2: {
      const std::size_t wanted = record.matching_type == 1 ? kSha256 : kSha512;
      if (record.data.size() == wanted) return std::nullopt;
      return fmt::format("its digest has {} bytes, {} has {}", record.data.size(),
                         record.matching_type == 1 ? "SHA-256" : "SHA-512", wanted);
    }
    default:
      return fmt::format("matching type {} is unknown", record.matching_type);
  }
}

std::vector<dns::Tlsa> usable(std::span<const dns::Tlsa> records) {
  std::vector<dns::Tlsa> left;
  for (const dns::Tlsa& record : records) {
    if (!unusable(record)) left.push_back(record);
  }
  return left;
}

std::string text(const dns::Tlsa& record) {
  constexpr std::size_t kShown = 8;
  const std::span<const std::uint8_t> data(record.data);
  return fmt::format("{} {} {} {}{}", record.usage, record.selector, record.matching_type,
                     base::hex(data.first(std::min(kShown, data.size()))),
                     data.size() > kShown ? "…" : "");
}

}  // namespace postern::dane
