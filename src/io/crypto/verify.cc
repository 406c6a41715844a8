#include "io/crypto/verify.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <span>

#include "core/base/text.h"
#include "io/crypto/facts.h"
#include "io/crypto/openssl.h"
#include "io/crypto/trust.h"

namespace postern::crypto {

// In the order of telling: the first class that was found is the verdict.
struct Findings::Class {
  tls::Chain chain;
  std::array<int, 8> errors;  // X509_V_OK fills the rest
};

namespace {

constexpr int security_level = 2;
constexpr int depth_limit = 9;

int collect(int good, X509_STORE_CTX* context) {
  if (good == 1) return 1;
  auto* findings = static_cast<Findings*>(X509_STORE_CTX_get_app_data(context));
  findings->add(X509_STORE_CTX_get_error(context), X509_STORE_CTX_get_error_depth(context),
                X509_STORE_CTX_get_current_cert(context));
  return 1;  // go on: the verdict wants everything that is wrong
}

bool is_anchor(X509_STORE_CTX* context, X509* certificate) {
  const CertificatesPtr same(
      X509_STORE_CTX_get1_certs(context, X509_get_subject_name(certificate)));
  for (int i = 0; i < sk_X509_num(same.get()); ++i) {
    if (X509_cmp(sk_X509_value(same.get(), i), certificate) == 0) return true;
  }
  return false;
}

ChainVerdict verify_with(X509* leaf, STACK_OF(X509) * presented, const Anchors::Layer& layer,
                         int purpose, base::Instant now) {
  const ErrorScope errors;
  const StoreContextPtr context(required(X509_STORE_CTX_new(), "allocate a verification"));
  require(X509_STORE_CTX_init(context.get(), layer.store.get(), leaf, presented) == 1,
          "start a verification");
  Findings findings;
  findings.apply_to(context.get(), now);
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_purpose(parameters, purpose);
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;
  if (layer.kind == Anchors::Kind::public_cas) flags |= X509_V_FLAG_X509_STRICT;
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  const int result = X509_verify_cert(context.get());
  // OpenSSL stops at the dates of a leaf that nobody but itself signed.
  if (!findings.empty() && X509_self_signed(leaf, 1) == 1 && !is_anchor(context.get(), leaf)) {
    findings.add(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 0, leaf);
  }
  if (result != 1 && findings.empty()) {
    findings.add(X509_STORE_CTX_get_error(context.get()), 0, leaf);
  }
  return findings.verdict(context.get(), now);
}

base::Instant next_date(STACK_OF(X509) * certificates, base::Instant now) {
  base::Instant next = base::Instant::max();
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    X509* certificate = sk_X509_value(certificates, i);
    for (const ASN1_TIME* date :
         {X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)}) {
      const base::Instant at = instant_of(date);
      if (at >= now) next = std::min(next, at);
    }
  }
  return next;
}

// Of two layers that both refuse, the one that got further tells more.
bool tells_more(tls::Chain a, tls::Chain b) {
  const auto unanchored = [](tls::Chain chain) {
    return chain == tls::Chain::self_signed || chain == tls::Chain::unknown_issuer;
  };
  return unanchored(b) && !unanchored(a);
}

ChainVerdict verify_for(X509* leaf, STACK_OF(X509) * presented, const Anchors& anchors, int purpose,
                        base::Instant now) {
  ChainVerdict best;
  for (const Anchors::Layer& layer : anchors.layers()) {
    ChainVerdict verdict = verify_with(leaf, presented, layer, purpose, now);
    if (verdict.chain == tls::Chain::trusted) return verdict;
    verdict.stands_until = std::min(verdict.stands_until, best.stands_until);
    if (best.chain == tls::Chain::not_checked || tells_more(verdict.chain, best.chain)) {
      best = std::move(verdict);
    } else {
      best.stands_until = verdict.stands_until;
    }
  }
  return best;
}

}  // namespace

const Findings::Class& Findings::classify(int error, int depth) {
  static constexpr std::array<Class, 8> classes{{
      {tls::Chain::self_signed, {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT}},
      {tls::Chain::unknown_issuer,
       {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
        X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
        X509_V_ERR_CERT_UNTRUSTED, X509_V_ERR_DANE_NO_MATCH}},
      {tls::Chain::revoked, {X509_V_ERR_CERT_REVOKED}},
      {tls::Chain::expired, {X509_V_ERR_CERT_HAS_EXPIRED}},
      {tls::Chain::not_yet_valid, {X509_V_ERR_CERT_NOT_YET_VALID}},
      {tls::Chain::wrong_purpose, {X509_V_ERR_INVALID_PURPOSE}},
      {tls::Chain::weak,
       {X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK}},
      {tls::Chain::invalid, {}},
  }};
  // An issuer that may not issue is no matter of what the leaf is for.
  if (error == X509_V_ERR_INVALID_PURPOSE && depth > 0) return classes.back();
  const auto* found = std::ranges::find_if(classes, [error](const Class& c) {
    return error != X509_V_OK && std::ranges::find(c.errors, error) != c.errors.end();
  });
  return found == classes.end() ? classes.back() : *found;
}

void Findings::apply_to(X509_STORE_CTX* context, base::Instant now) {
  X509_STORE_CTX_set_app_data(context, this);
  X509_STORE_CTX_set_verify_cb(context, collect);
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_depth(parameters, depth_limit);
  X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
  X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  X509_VERIFY_PARAM_set_time(parameters, std::chrono::system_clock::to_time_t(now));
}

void Findings::add(int error, int depth, X509* certificate) {
  const Class& found = classify(error, depth);
  if (worst_ == nullptr || &found < worst_) worst_ = &found;
  const unsigned bit = 1U << static_cast<unsigned>(found.chain);
  if ((seen_ & bit) != 0) return;
  seen_ |= bit;
  if (!detail_.empty()) detail_ += "; ";
  detail_ += X509_verify_cert_error_string(error);
  if (depth > 0 && certificate != nullptr) {
    detail_ += fmt::format(" ({}, {} above the leaf)", subject_of(certificate), depth);
  }
}

ChainVerdict Findings::verdict(X509_STORE_CTX* context, base::Instant now) const {
  const base::Instant stands_until =
      std::min(next_date(X509_STORE_CTX_get0_chain(context), now),
               next_date(X509_STORE_CTX_get0_untrusted(context), now));
  if (worst_ == nullptr) return {tls::Chain::trusted, {}, stands_until};
  return {worst_->chain, base::printable(detail_), stands_until};
}

ChainVerdict verify_chain(X509* leaf, STACK_OF(X509) * presented, const Anchors& anchors,
                          PeerRole role, base::Instant now) {
  ChainVerdict as_server = verify_for(leaf, presented, anchors, X509_PURPOSE_SSL_SERVER, now);
  if (role == PeerRole::server || as_server.chain == tls::Chain::trusted) return as_server;
  ChainVerdict as_client = verify_for(leaf, presented, anchors, X509_PURPOSE_SSL_CLIENT, now);
  const bool tells_less = as_client.chain == tls::Chain::wrong_purpose;
  return tells_less ? as_server : as_client;
}

}  // namespace postern::crypto
