// What must be remembered besides the queue: accounts, domains, routes, senders, policies,
// exceptions; evidence; the audit log. SQLite here, behind an interface that PostgreSQL can take.
//
// Several processes may have the records open: the gateway and the command line. One thread at a
// time uses an object; another thread opens its own. A change is one transaction together with its
// audit entry; `revision` rises with every change, and the gateway polls it cheaply and swaps its
// PolicyBook, so a change is in force within a second.
//
// Failures: "records-busy", "records-error", "not-found", "already-exists", "invalid-..."
// (validation).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "core/policy/model.h"
#include "core/queue/evidence.h"

namespace postern::records {

class EvidenceSums;  // evidence_sums.h

// Who makes a change, for the audit log: "cli:root", "user:anna", "gateway".
struct Actor {
  std::string name;
  std::string via;  // "cli", "api", "gateway"
};

struct AuditEntry {
  std::int64_t sequence = 0;
  base::Instant time;
  std::string actor;
  std::string via;
  base::AccountId account;
  std::string action;  // "policy.add", "route.remove", ...
  std::string object;  // "policy example.com"
  std::string before;  // JSON, secrets left out; "" when there was nothing
  std::string after;
  std::string hash;  // hex SHA-256 over the previous entry's hash and this entry
};

struct AuditCheck {
  bool intact = true;
  std::int64_t entries = 0;
  std::string head;  // hash of the last good entry: note it elsewhere, and it proves all before it
  std::optional<std::int64_t> first_bad;  // sequence
  std::string why;
};

// Which entries of the audit log, the newest first.
struct AuditFilter {
  std::optional<base::AccountId> account;
  std::int64_t before = 0;  // only entries below this sequence; 0: from the end
  std::size_t limit = 100;
};

struct EvidenceFilter {
  std::optional<base::AccountId> account;
  std::optional<base::Instant> from, until;
  std::string domain;
  std::optional<base::MessageId> message;
  std::optional<queue::Hop> hop;
  std::optional<queue::AttemptOutcome> outcome;
  enum class Order { oldest_first, newest_first };
  Order order = Order::oldest_first;
  std::int64_t after = 0;  // the row that the last page ended with, in this order
  std::size_t limit = 1000;
};

struct EvidenceRow {
  std::int64_t row = 0;
  queue::Attempt attempt;
};

// The draft of an account's TLS policies, as the API wrote it.
struct KeptDraft {
  std::int64_t revision = 0;  // rises with every change, also when the draft goes
  std::string text;           // empty: there is none
};

// Mail of one account that passed a hop since then.
struct TrafficFilter {
  base::AccountId account;
  queue::Hop hop = queue::Hop::gateway_to_partner;
  policy::Scope scope;
  std::string peer_host;  // empty: any
  base::Instant since;
};
// Messages; a message that was tried several times counts once.
struct Traffic {
  std::int64_t messages = 0;
  std::int64_t without_tls = 0;    // went in clear, or with TLS that no enforced mode takes
  std::int64_t without_proof = 0;  // went without a proved peer, these included
  std::int64_t stopped = 0;        // their requirement was unmet at least once
};

// A set of changes that takes effect as a whole, each with its own audit entry.
class Change {
 public:
  virtual ~Change() = default;
  // An id of 0 adds (an id is made and returned); else the object with that id is replaced.
  virtual base::Result<base::AccountId> put(policy::Account account) = 0;
  virtual base::Result<base::DomainId> put(policy::InternalDomain domain) = 0;
  virtual base::Result<base::RouteId> put(policy::InternalRoute route) = 0;
  virtual base::Result<base::RouteId> put(policy::ExternalRoute route) = 0;
  virtual base::Result<base::SenderId> put(policy::InternalSender sender) = 0;
  virtual base::Result<base::PolicyId> put(policy::Policy policy) = 0;
  virtual base::Result<base::ExceptionId> put(policy::Exception exception) = 0;
  virtual base::Result<> remove(base::AccountId id) = 0;
  virtual base::Result<> remove(base::DomainId id) = 0;
  virtual base::Result<> remove(base::RouteId id) = 0;
  virtual base::Result<> remove(base::SenderId id) = 0;
  virtual base::Result<> remove(base::PolicyId id) = 0;
  virtual base::Result<> remove(base::ExceptionId id) = 0;
  // Reads the account's draft, and takes it away with this change.
  virtual base::Result<KeptDraft> take_draft(base::AccountId account) = 0;
  // Nothing has changed before this says ok. Not called: nothing changes.
  virtual base::Result<> finish() = 0;
};

class People;
class SignIns;
class StsPolicies;  // sts_policies.h
class TlsReceived;  // tls_reports.h
class TlsSessions;

class Records {
 public:
  // Opens or creates; brings the schema up to date (numbered migrations, one transaction each). A
  // database from a newer program is refused with a sentence that says so; one whose log is
  // damaged is left as it is ("records-damaged").
  [[nodiscard]] static base::Result<std::unique_ptr<Records>> open(std::string path);
  virtual ~Records() = default;

  // Cheap: rises when anything changed, by whichever process.
  [[nodiscard]] virtual base::Result<std::int64_t> revision() = 0;
  [[nodiscard]] virtual base::Result<policy::Configuration> load() = 0;
  [[nodiscard]] virtual base::Result<std::unique_ptr<Change>> change(Actor actor,
                                                                     base::Instant now) = 0;

  // Idempotent: an attempt with a sequence (of the node's outbox) that is already there is skipped.
  [[nodiscard]] virtual base::Result<> record(
      const std::string& node,
      std::span<const std::pair<std::int64_t, queue::Attempt>> attempts) = 0;
  [[nodiscard]] virtual base::Result<std::vector<EvidenceRow>> evidence(EvidenceFilter filter) = 0;
  [[nodiscard]] virtual base::Result<Traffic> traffic(const TrafficFilter& filter) = 0;
  // Lives as long as the records, on the same thread.
  [[nodiscard]] virtual EvidenceSums& sums() = 0;
  // Removes evidence older than this; the audit log is never shortened.
  [[nodiscard]] virtual base::Result<std::int64_t> forget_evidence_before(base::Instant t) = 0;

  [[nodiscard]] virtual base::Result<KeptDraft> draft(base::AccountId account) = 0;
  // One transaction: `change` sees what is there and answers what shall be (nothing: leave it; an
  // empty text: no draft any more), so no other's change is lost. Answers what is there then.
  [[nodiscard]] virtual base::Result<KeptDraft> change_draft(
      base::AccountId account,
      const std::function<std::optional<std::string>(const KeptDraft&)>& change) = 0;

  [[nodiscard]] virtual base::Result<> audit(Actor actor, base::Instant now, std::string action,
                                             std::string object, base::AccountId account) = 0;
  [[nodiscard]] virtual base::Result<std::vector<AuditEntry>> audit_log(std::int64_t after,
                                                                        std::size_t limit) = 0;
  [[nodiscard]] virtual base::Result<std::vector<AuditEntry>> audit_page(AuditFilter filter) = 0;
  [[nodiscard]] virtual base::Result<std::int64_t> audit_entries() = 0;
  [[nodiscard]] virtual base::Result<AuditCheck> audit_verify() = 0;

  // Who may sign in (people.h, sign_ins.h); they live as long as this object, and use its
  // connection.
  [[nodiscard]] virtual People& people() = 0;
  [[nodiscard]] virtual SignIns& sign_ins() = 0;
  // What the world publishes, kept (sts_policies.h); likewise.
  [[nodiscard]] virtual StsPolicies& sts_policies() = 0;
  // TLS reports, ours and others' (tls_reports.h); likewise.
  [[nodiscard]] virtual TlsSessions& tls_sessions() = 0;
  [[nodiscard]] virtual TlsReceived& tls_received() = 0;
};

}  // namespace postern::records
