// Would senders that know DANE still find the gateway true after a change of its certificate?
// (RFC 7671 8.1, 8.4)
//
// Asks for the TLSA records at each name of the gateway. A change is clear when at every name no
// record binds, or the records vouch for the new certificate and have done so for twice their TTL.
// Where the old certificate does not match them either, a change breaks nothing; nor where the key
// stays and the records vouch for it, as others' older ones then do. Looks are
// remembered by key and name, so the one who waits asks again; a restart begins anew. Lives on one
// shard.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/acme/renewal.h"
#include "core/tls/observation.h"
#include "io/resolver/resolver.h"

namespace postern::acme {

class TlsaWatch {
 public:
  struct Needs {
    net::Shard& shard;
    // For each look, without a cache: what was published a minute ago must count.
    std::function<base::Result<std::unique_ptr<resolver::Lookups>>()> fresh_lookups;
    std::vector<dns::Domain> hosts;
    std::uint16_t port = 25;
  };
  explicit TlsaWatch(Needs needs) : needs_(std::move(needs)) {}

  using Proves = std::function<bool(const dns::Domain& host, const std::vector<dns::Tlsa>& usable)>;
  enum class Key { another, same };  // than that of the certificate in force
  struct Change {
    tls::Sha256 key;  // of the new certificate
    Key is = Key::another;
    Proves before;  // do the records vouch for what is in force?
    Proves after;   // and for what is to come?
  };
  struct Verdict {
    Standing standing = Standing::clear;  // the worst of all names
    std::string why;                      // one sentence; empty when clear
    bool operator==(const Verdict&) const = default;
  };
  [[nodiscard]] net::Task<Verdict> look(Change change, base::Deadline deadline);

 private:
  [[nodiscard]] Verdict judge(const Change& change, const dns::Domain& host,
                              const dns::TlsaAnswer& answer);

  Needs needs_;
  std::map<std::pair<tls::Sha256, dns::Domain>, Patience> seen_;
};

// Do the records vouch for this key whatever certificate carries it? (3 1 1)
[[nodiscard]] bool vouches_for(const std::vector<dns::Tlsa>& records, const tls::Sha256& key);

}  // namespace postern::acme
