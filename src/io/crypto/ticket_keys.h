// The keys of stateless session tickets (RFC 5077, RFC 8446 4.6.1). They live in memory only,
// belong to one context, and rotate, so that a stolen key opens few sessions: each encrypts for six
// hours and decrypts for as long again. One context serves several shards, hence the lock; it is
// held for a copy.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <functional>
#include <mutex>
#include <optional>

#include "core/base/deadline.h"

namespace postern::crypto {

using SteadyClock = std::function<base::Steady()>;
[[nodiscard]] base::Steady steady_time();

class TicketKeys {
 public:
  explicit TicketKeys(SteadyClock clock) : clock_(std::move(clock)), current_(make(clock_())) {}

  static constexpr auto rotate_after = std::chrono::hours(6);

  // As SSL_CTX_set_tlsext_ticket_key_evp_cb wants it: 1 use, 2 use and renew, 0 unknown key, -1
  // failure.
  int use(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
          bool encrypting);

 private:
  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
    base::Steady made;
    ~Key();
  };
  static Key make(base::Steady now);
  void rotate();
  std::optional<Key> find(const unsigned char* name);

  SteadyClock clock_;
  std::mutex mutex_;
  Key current_;
  std::optional<Key> previous_;
};

}  // namespace postern::crypto
