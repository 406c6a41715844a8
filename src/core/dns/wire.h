// The data of single DNS records, as a resolver hands them over: uncompressed, one record at a
// time. Strict: what does not fit its type to the last byte is malformed, and makes the whole
// answer unfit.
#pragma once

#include <cstdint>
#include <expected>
#include <span>

#include "core/dns/answer.h"
#include "core/dns/domain.h"

namespace postern::dns::wire {

enum class Type : std::uint16_t {
  a = 1,
  cname = 5,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28,
  tlsa = 52
};
[[nodiscard]] std::string_view type_name(Type type);

enum class Fault {
  malformed,  // not a record of this type (RFC 1035 3.3)
  unusable,   // a record, but it names a host that cannot be one: spaces, dots inside a label, the
              // root
};

template <class Record>
using Parsed = std::expected<Record, Fault>;
using Bytes = std::span<const std::uint8_t>;

[[nodiscard]] Parsed<base::IpAddress> parse_a(Bytes data);
[[nodiscard]] Parsed<base::IpAddress> parse_aaaa(Bytes data);
[[nodiscard]] Parsed<Mx> parse_mx(Bytes data);
[[nodiscard]] Parsed<Tlsa> parse_tlsa(Bytes data);
[[nodiscard]] Parsed<Txt> parse_txt(Bytes data);
[[nodiscard]] Parsed<Domain> parse_name(Bytes data);  // CNAME, PTR

// Is this whole message a referral to other servers: no answer, and an authority section that is
// not empty but lacks the SOA which comes with every absence (RFC 2308 2.2)? A server that should
// have asked them itself passes it on as "no data", which it is not. False for anything that is not
// a message.
[[nodiscard]] bool is_referral(Bytes message);

// Where an address has its PTR records: "1.2.0.192.in-addr.arpa" (RFC 1035 3.5, RFC 3596 2.5).
[[nodiscard]] Domain reverse_name(const base::IpAddress& address);

}  // namespace postern::dns::wire
