// What an organisation has to publish in the DNS, and what a look at it found: plain values for
// domain_proof.h, mx_check.h and spf.h.
#pragma once

#include <string>
#include <vector>

namespace postern::onboarding {

struct Record {
  std::string name;
  std::string type;   // "TXT", "CNAME", "MX"
  std::string value;  // as a zone file or a provider's form takes it, without quotes
  bool operator==(const Record&) const = default;
};

struct PublishedVerdict {
  bool good = false;
  std::vector<Record> needed;
  std::vector<std::string> found;  // escaped: others wrote it
  bool secure = false;             // DNSSEC proved it
  std::string why;                 // one sentence: what differs, and what to do
};

}  // namespace postern::onboarding
