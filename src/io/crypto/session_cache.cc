#include "io/crypto/session_cache.h"

#include <utility>

namespace postern::crypto {
namespace {

constexpr base::Duration longest_use = std::chrono::hours(2);

std::string encode(SSL_SESSION* session) {
  const int size = i2d_SSL_SESSION(session, nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_SSL_SESSION(session, &out);
  return der;
}

SessionPtr decode(const std::string& der) {
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  return SessionPtr(d2i_SSL_SESSION(nullptr, &in, static_cast<long>(der.size())));
}

}  // namespace

void SessionCache::put(const std::string& key, SSL_SESSION* session, SessionTerms terms,
                       std::shared_ptr<const PeerVerdict> verdict, base::Instant now) {
  if (key.empty() || capacity_ == 0) return;
  std::string der = encode(session);
  if (der.empty()) return;
  forget(key);
  if (by_use_.size() == capacity_) forget(std::string(by_use_.back().key));
  by_use_.push_front({key, std::move(der), std::move(terms), std::move(verdict), now});
  by_key_.emplace(key, by_use_.begin());
}

std::optional<SessionCache::Kept> SessionCache::find(const std::string& key,
                                                     const SessionTerms& terms, base::Instant now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  const Entry& entry = *found->second;
  // A clock that was set back says nothing about what has passed.
  const bool fresh = entry.made <= now && now - entry.made < longest_use;
  if (!fresh || now >= entry.verdict->stands_until || !(entry.terms == terms)) {
    forget(key);
    return std::nullopt;
  }
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  SessionPtr session = decode(entry.session);
  if (!session || SSL_SESSION_is_resumable(session.get()) != 1) {
    forget(key);
    return std::nullopt;
  }
  return Kept{std::move(session), entry.verdict};
}

void SessionCache::forget(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto entry = found->second;
  by_key_.erase(found);  // first: `key` may be the entry's own
  by_use_.erase(entry);
}

}  // namespace postern::crypto
