// TLSA records as zone files and tools write them (RFC 6698 2.2, RFC 1035 5.1), read into what the
// wire carries, and what they mean in plain words:
//
//   _25._tcp.mx.example.com. 3600 IN TLSA 3 1 1 (
//       8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1 ) ; the gateway
//
// Owner, TTL, class and type may be left out: "3 1 1 8cb0...", as openssl recipes print it. The
// hexadecimal data may hold white space. Also RFC 3597's form for name servers that do not know
// the type: "TYPE52 \# 35 030101...".
//
// Whether a record counts for mail is another question: usable.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"
#include "core/dns/answer.h"

namespace postern::dane {

struct TlsaLine {
  int line = 0;       // where it begins, from 1
  std::string owner;  // as written, escaped; may be empty
  dns::Tlsa record;
  bool operator==(const TlsaLine&) const = default;
};

// One record or more. Comments, empty lines and directives ("$TTL") say nothing.
[[nodiscard]] base::Examined<std::vector<TlsaLine>> examine_tlsa(std::string_view text);

// Exactly one. Failure "invalid-tlsa".
[[nodiscard]] base::Result<dns::Tlsa> parse_tlsa(std::string_view text);

// "3 1 1 8cb0fc...", whole: what a zone file takes.
[[nodiscard]] std::string zone_text(const dns::Tlsa& record);

// What the record says to whoever sends mail to the host: one or two sentences.
[[nodiscard]] std::string meaning(const dns::Tlsa& record);

}  // namespace postern::dane
