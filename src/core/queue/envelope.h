// A message as the queue knows it: the envelope of RFC 5321 with the ESMTP parameters that must
// travel on, and who it belongs to. The body is elsewhere (io/spool).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/dns/domain.h"

namespace postern::queue {

enum class Leg {
  internal,  // towards our own servers
  external,  // towards the world
  gateway,   // to this gateway itself, which reads it: TLS reports about our domains
};
[[nodiscard]] constexpr std::string_view leg_text(Leg leg) {
  if (leg == Leg::gateway) return "gateway";
  return leg == Leg::internal ? "internal" : "external";
}

// What the body needs from the next hop (RFC 6152, RFC 6531).
enum class BodyType { seven_bit, eight_bit };

struct Recipient {
  std::string address;      // as given: "user@Example.com", without angle brackets
  std::string original;     // DSN ORCPT as given (xtext), "" if none
  std::uint8_t notify = 0;  // NotifyFlags of DSN NOTIFY; 0: not given
  bool operator==(const Recipient&) const = default;
};
enum NotifyFlags : std::uint8_t {
  notify_never = 1,
  notify_success = 2,
  notify_failure = 4,
  notify_delay = 8
};

// What the gateway writes and sends for itself, TLS reports, is no account's.
inline constexpr base::AccountId no_account{0};

struct Envelope {
  base::AccountId account;  // or no_account
  std::string sender;       // "" is the null reverse-path
  BodyType body = BodyType::seven_bit;
  bool smtputf8 = false;
  bool require_tls = false;      // REQUIRETLS (RFC 8689)
  bool tls_required_no = false;  // header "TLS-Required: No" (RFC 8689 5)
  std::string dsn_return;        // "", "FULL" or "HDRS"
  std::string dsn_envelope_id;   // xtext as given
  base::Instant accepted;
  std::int64_t size = 0;  // bytes of the stored body, our Received header included
  std::string from_host;  // whence it came, for people: "mx.example.com [192.0.2.1]"; escaped
  bool operator==(const Envelope&) const = default;
};

// One message to one destination: a domain of one account. What is scheduled, retried and settled.
struct Destination {
  dns::Domain domain;
  Leg leg = Leg::external;
  std::vector<Recipient> recipients;
  bool operator==(const Destination&) const = default;
};

// Why a delivery is where it is, the same reason for sender, administrator and log.
struct Status {
  std::string code;        // stable reason code (core/tls/judge.h reasons)
  std::string enhanced;    // "4.7.5"
  std::string text;        // one plain sentence, escaped
  std::string host;        // the remote MTA that said so, "" if none
  std::string diagnostic;  // the remote reply, escaped; "" if none
  bool operator==(const Status&) const = default;
};

enum class State : std::uint8_t {
  queued,  // waits for `due`
  held,    // an administrator's hand: no attempts, no expiry
};

struct Delivery {
  base::DeliveryId id;
  base::MessageId message;
  base::AccountId account;
  Destination destination;
  State state = State::queued;
  base::Instant accepted;
  base::Instant due;
  int attempts = 0;
  bool delay_notified = false;
  Status last;  // of the last attempt; code "" before the first
};

}  // namespace postern::queue
