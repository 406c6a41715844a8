#include "io/crypto/one_time_code.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "io/crypto/openssl.h"

namespace postern::crypto {

namespace {
constexpr std::chrono::seconds step_length{30};
}

std::string one_time_code(const std::string& secret, std::int64_t step) {
  const ErrorScope errors;
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  required(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(),
                counter.size(), digest.data(), &size),
           "compute HMAC-SHA-1");
  // RFC 4226 5.3: the last four bits choose where the number is read from.
  const std::size_t at = digest[size - 1] & 0x0fU;
  const std::uint32_t number = (digest[at] & 0x7fU) << 24U | std::uint32_t{digest[at + 1]} << 16U |
                               std::uint32_t{digest[at + 2]} << 8U | digest[at + 3];
  return fmt::format("{:06}", number % 1'000'000);
}

std::int64_t time_step(base::Instant now) { return now.time_since_epoch() / step_length; }

std::optional<std::int64_t> step_of_code(const std::string& secret, const std::string& code,
                                         base::Instant now) {
  const std::int64_t current = time_step(now);
  std::optional<std::int64_t> found;
  for (std::int64_t step : {current - 1, current, current + 1}) {
    if (equal_in_constant_time(one_time_code(secret, step), code)) found = step;
  }
  return found;
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t waiting = 0;
  int bits = 0;
  for (char c : bytes) {
    waiting = waiting << 8U | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out += letters[waiting >> (bits - 5) & 31U];
  }
  if (bits > 0) out += letters[waiting << (5 - bits) & 31U];
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace postern::crypto
