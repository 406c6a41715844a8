#include "io/crypto/alpn_challenges.h"

#include <openssl/pem.h>

#include "core/base/text.h"
#include "io/crypto/alpn_shown.h"
#include "io/crypto/certificate_key.h"
#include "io/crypto/facts.h"

namespace postern::crypto {

AlpnChallenges::AlpnChallenges() = default;
AlpnChallenges::~AlpnChallenges() = default;

void AlpnChallenges::put(const dns::Domain& name, const std::string& digest, base::Instant now) {
  constexpr std::chrono::hours slack{24};  // clocks differ
  const auto key = CertificateKey::make();
  auto chain = parse_certificates(key->self_signed({{&name, 1}, now - slack, now + slack, digest}),
                                  "our own certificate");
  auto shown = std::make_shared<Shown>();
  shown->certificate.reset(sk_X509_shift(chain.value().get()));
  const std::string pem = key->pem();
  shown->key.reset(required(PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, nullptr, nullptr),
                            "read our own key"));
  const std::lock_guard lock(mutex_);
  shown_[name.text()] = std::move(shown);
}

void AlpnChallenges::remove(const dns::Domain& name) {
  const std::lock_guard lock(mutex_);
  shown_.erase(name.text());
}

std::shared_ptr<const AlpnChallenges::Shown> AlpnChallenges::find(
    std::string_view server_name) const {
  const std::lock_guard lock(mutex_);
  const auto found = shown_.find(base::lower(server_name));
  return found == shown_.end() ? nullptr : found->second;
}

}  // namespace postern::crypto
