// Keeps the gateway's own certificates: gets them from an ACME server (RFC 8555), renews them when
// a third of their life is left, and changes their key only after the TLSA record of the next one
// has been seen for long enough.
//
// Which ones: one for the gateway's names, and one for the policy host mta-sts.<domain> of each
// validated internal domain that offers a policy (RFC 8461 3.3). Until the first is there, the
// gateway's names have one that vouches for itself, of the same key: mail is encrypted from the
// first minute, and its TLSA record never changes.
//
// What was got for the gateway's names is shown only when published TLSA records do not forbid it;
// until then it waits in a file of its own, over restarts too.
//
// A failed attempt is told, and made again later (core/acme/renewal.h); the certificate in use
// stays. What is put into the folder is for others to notice (`changed`). Lives on one shard.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "io/net/event.h"
#include "io/observe/event.h"
#include "service/acme/order.h"
#include "service/acme/tlsa_watch.h"
#include "service/book/book_source.h"

namespace postern::acme {

struct KeeperSettings {
  std::vector<dns::Domain> names;  // of the gateway's certificate; empty: none is kept
  bool policy_hosts = false;       // mta-sts.<domain>, too
  ChallengeType challenge = ChallengeType::http_01;
  Account account;
};

// What is known of one certificate.
struct Kept {
  std::vector<dns::Domain> names;
  std::optional<tls::CertificateFacts> leaf;
  base::Instant renewal;                           // when it is due; meaningless without a leaf
  Attempts attempts;                               // since the last success
  std::optional<tls::CertificateFacts> waiting{};  // got, and not to be shown yet
  std::optional<tls::Sha256> next_key{};           // waits for its TLSA record
  std::string waits_for{};                         // why one of them waits: one sentence
};

class Keeper {
 public:
  struct Needs {
    https::Needs https;  // with the shard and its lookups
    Folder folder;
    const service::BookSource& book;
    observe::EventSink& events;
    Responder& responder;
    TlsaWatch& watch;
    TlsaWatch::Proves in_force;     // do TLSA records vouch for what is shown for mail now?
    std::function<void()> changed;  // the folder holds something new
    KeeperSettings settings;
  };
  explicit Keeper(Needs needs);

  // Makes what is missing of the gateway's own certificate, without asking anybody: before the
  // listeners open.
  [[nodiscard]] base::Result<> prepare();
  void start();
  [[nodiscard]] net::Task<void> stop();
  // Something that decides about certificates has changed: look now.
  void wake() { wake_.notify(); }

  [[nodiscard]] std::vector<Kept> list() const;
  // Gets it anew now, whatever its age and failures. Failure "not-found".
  [[nodiscard]] base::Result<> renew(const dns::Domain& name);
  // Makes the next key, whose TLSA record is then to be published. Failures "not-found", and the
  // folder's.
  [[nodiscard]] base::Result<Kept> roll(const dns::Domain& name);
  // Gives the next key up. Failure "not-found".
  [[nodiscard]] base::Result<> unroll(const dns::Domain& name);

 private:
  using Names = std::vector<dns::Domain>;

  [[nodiscard]] std::vector<Names> wanted() const;
  [[nodiscard]] base::Result<Names> find(const dns::Domain& name) const;
  [[nodiscard]] Kept look_at(const Names& names) const;
  [[nodiscard]] Attempts attempts_of(const dns::Domain& name) const;
  [[nodiscard]] bool is_due(const Kept& kept) const;
  [[nodiscard]] base::Result<Folder::Key> key_for(const dns::Domain& name) const;

  net::Task<void> run();
  net::Task<void> tend(Names names);
  net::Task<void> tend_waiting(Kept kept);
  net::Task<void> tend_next_key(Kept kept);
  [[nodiscard]] net::Task<Standing> look(Kept kept, tls::Sha256 key, TlsaWatch::Proves after);
  [[nodiscard]] net::Task<bool> get(Names names, Folder::Key key);
  void failed(const dns::Domain& name, const base::Failure& why);
  void succeeded(const dns::Domain& name, const std::string& chain);
  void tell_wait(const dns::Domain& name, const TlsaWatch::Verdict& verdict);

  [[nodiscard]] net::Shard& shard() const { return needs_.https.shard; }

  Needs needs_;
  Client client_;
  net::TaskGroup group_;
  net::Event wake_;
  std::set<dns::Domain> asked_;                      // by hand
  std::map<dns::Domain, Attempts> attempts_;         // what was noted since the start
  std::map<dns::Domain, TlsaWatch::Verdict> waits_;  // of next keys, and of what is not shown yet
};

}  // namespace postern::acme
