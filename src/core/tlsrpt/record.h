// The TXT record with which a domain asks for reports about TLS (RFC 8460 3), at
// _smtp._tls.<domain>:
//
//   v=TLSRPTv1; rua=mailto:reports@example.com,https://reports.example.com/v1/tlsrpt
//
// A URI of another scheme, or one that is malformed, is skipped: the others still want their
// report. Commas, semicolons and exclamation marks inside a URI are percent-encoded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"
#include "core/dns/domain.h"
#include "core/smtp/mailbox.h"

namespace postern::tlsrpt {

// "_smtp._tls.example.com"; empty for a name that leaves no room.
[[nodiscard]] dns::Domain record_name(const dns::Domain& domain);

// Where reports go.
struct Destination {
  enum class Kind { mailto, https };
  Kind kind = Kind::mailto;
  std::string uri;         // as it stands in the record
  smtp::Mailbox mailbox;   // of mailto, decoded
  dns::Domain host;        // of https
  std::uint16_t port = 0;  // of https
  std::string target;      // of https: path and query, for the request line
  bool operator==(const Destination&) const = default;
};

struct Record {
  std::vector<Destination> destinations;  // at least one, at most most_destinations, in order
  bool operator==(const Record&) const = default;
};

// Every one costs a message or a request a day, which whoever writes the record makes us send.
inline constexpr std::size_t most_destinations = 10;

struct RecordReading {
  enum class State { absent, valid, invalid };
  State state = State::absent;
  Record record{};
  std::string why{};  // of what is not valid: one sentence, escaped
};

// From all TXT records at _smtp._tls.<domain>. Those that do not begin with "v=TLSRPTv1;" do not
// count; if not exactly one is left, the domain wants no reports.
[[nodiscard]] RecordReading read_record(std::span<const std::string> texts);

// One record by itself, with everything there is to say about it.
[[nodiscard]] base::Examined<Record> examine_record(std::string_view text);

// Failure "invalid-uri": one sentence.
[[nodiscard]] base::Result<Destination> parse_destination(std::string_view uri);

}  // namespace postern::tlsrpt
