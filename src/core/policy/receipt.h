// Who is this client, may it send, must it use TLS, may it reach this recipient? The decisions of
// receipt (tls-policy.md 2, 5, 10), as pure functions of the policies and of what is known of the
// client. No decision opens a relay: whatever is not said to be allowed is refused.
//
// Steps: who_is() when a command needs it (TLS and logins change the answer); may_send() at MAIL;
// may_receive() at RCPT; judge_receipt() for the evidence, once for each account that takes the
// message.
//
// - Internal senders are known by credentials and client certificate everywhere, and by address
//   range on listeners for internal servers alone: load balancers, NAT and forwarders put foreign
//   mail on inside addresses (docs/decisions/0004).
// - An internal sender's envelope sender is in a validated domain of its account, or empty.
// - The world reaches validated internal domains, and nothing else.
// - A partner's policy is an account's own. MAIL is refused when every account that the world can
//   reach would refuse it; else the accounts that do refuse their own recipients.
#pragma once

#include <optional>
#include <string>

#include "core/policy/policy_book.h"
#include "core/tls/judge.h"

namespace postern::policy {

enum class ListenerRole { world, internal };

struct ClientFacts {
  ListenerRole role = ListenerRole::world;
  base::IpAddress address;
  tls::Observation tls;  // of the client's handshake; its certificate, if it sent one
  std::string login;     // the user who logged in
};

// An envelope address as receipt sees it. Neither: an address literal.
struct Party {
  bool null = false;   // "<>", or Postmaster without a domain
  dns::Domain domain;  // else empty
};

struct Denial {
  std::string reason;  // stable code, for evidence and metrics
  int reply = 550;
  std::string enhanced = "5.7.1";
  std::string text;  // one or two sentences for the peer; no peer bytes but domain names
  bool for_tls = false;
};

// The internal sender that the client is; null: somebody of the world.
[[nodiscard]] const InternalSender* who_is(const PolicyBook& book, const ClientFacts& client);

// What an account asks of the way a message came in.
[[nodiscard]] tls::Requirement receipt_requirement(const PolicyBook& book, base::AccountId account,
                                                   const InternalSender* who, const Party& from,
                                                   base::Instant now);

struct ReceiptVerdict {
  tls::Requirement requirement;
  tls::Verdict verdict;
  std::optional<Denial> denial;  // set when it is not met
};
[[nodiscard]] ReceiptVerdict judge_receipt(const PolicyBook& book, base::AccountId account,
                                           const ClientFacts& client, const InternalSender* who,
                                           const Party& from, base::Instant now);

struct SendDecision {
  const InternalSender* who = nullptr;
  std::optional<Denial> denial;
  base::AccountId account;  // whose rule refused, when one did
};
[[nodiscard]] SendDecision may_send(const PolicyBook& book, const ClientFacts& client,
                                    const Party& from, base::Instant now);

enum class Toward { inside, outside };  // an internal domain, or the world

struct ReceiveDecision {
  std::optional<Denial> denial;
  base::AccountId account;
  dns::Domain domain;
  Toward toward = Toward::inside;
};
// `home`: the gateway's own name, whose domain Postmaster without a domain belongs to, if it is
// internal.
[[nodiscard]] ReceiveDecision may_receive(const PolicyBook& book, const ClientFacts& client,
                                          const InternalSender* who, const Party& from,
                                          const Party& to, const dns::Domain& home,
                                          base::Instant now);

}  // namespace postern::policy
