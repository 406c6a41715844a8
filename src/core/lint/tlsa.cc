// TLSA records, for SMTP (RFC 7671, RFC 7672).
#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/dane/tlsa_text.h"
#include "core/dane/usable.h"
#include "core/lint/lint.h"

namespace postern::lint {
namespace {

using base::Finding;
using base::Severity;
using dane::TlsaLine;

constexpr std::string_view kMailLabel = "_25._tcp";

void remark(const TlsaLine& line, Severity severity, std::string text, std::string remedy,
            std::vector<Finding>& findings) {
  findings.push_back(
      {severity, fmt::format("line {}", line.line), std::move(text), std::move(remedy)});
}

// Whole data of a digest's length is a digest under the wrong number.
bool looks_like_digest(const dns::Tlsa& record) {
  const std::size_t size = record.data.size();
  return record.matching_type == 0 && (size == 20 || size == 32 || size == 64);
}

// Why nobody who sends mail takes the record, and what to publish instead.
void refuse(const TlsaLine& line, const std::string& why, std::vector<Finding>& findings) {
  std::string remedy = "For mail, publish usage 3, selector 1 and matching type 1.";
  if (line.record.usage == 0) remedy = "For mail, usage 2 says the same of an authority.";
  if (line.record.usage == 1) remedy = "For mail, usage 3 says the same of the host's own key.";
  if (line.record.usage > 1 && looks_like_digest(line.record)) {
    remedy =
        line.record.data.size() == 20
            ? "The data has the length of SHA-1, which TLSA does not have: use matching type 1."
            : "The data has the length of a digest: write matching type 1 (SHA-256) or 2.";
  }
  remark(line, Severity::warning, fmt::format("Senders of mail skip it: {}.", why),
         std::move(remedy), findings);
}

void advise(const TlsaLine& line, std::vector<Finding>& findings) {
  const dns::Tlsa& record = line.record;
  if (record.usage == 2) {
    remark(line, Severity::note,
           "The host must send this authority's certificate along with its own (RFC 7671 5.2).",
           "Include it in the file of the chain, even if it is a root.", findings);
  }
  if (record.usage == 3 && record.selector == 0) {
    remark(line, Severity::note,
           "The record names one certificate: each renewal needs a new record, published before "
           "the certificate is used.",
           "With selector 1 and the same key it stays as it is.", findings);
  }
  if (record.matching_type == 0) {
    remark(line, Severity::note,
           "Whole data makes a large answer, which some resolvers lose (RFC 7671 10.1).",
           "Publish the SHA-256 digest, matching type 1.", findings);
  }
  if (record.matching_type == 2) {
    remark(line, Severity::note,
           "Not every sender knows SHA-512; SHA-256 they all must know (RFC 6698 6).",
           "Publish matching type 1, or both.", findings);
  }
}

void check_owner(const TlsaLine& line, std::vector<Finding>& findings) {
  if (line.owner.empty()) return;
  const std::string start = base::lower(line.owner.substr(0, kMailLabel.size()));
  const bool ends_there =
      line.owner.size() == kMailLabel.size() || line.owner[kMailLabel.size()] == '.';
  if (start == kMailLabel && ends_there) return;
  remark(line, Severity::warning,
         fmt::format("The record stands at {}: senders of mail ask for _25._tcp.<MX host>.",
                     line.owner),
         "For mail, publish it there.", findings);
}

std::string json_of(const std::vector<TlsaLine>& lines) {
  base::JsonWriter json;
  json.begin_object().key("records").begin_array();
  for (const TlsaLine& line : lines) {
    json.begin_object().field("line", line.line).field("owner", line.owner);
    json.field("usage", line.record.usage).field("selector", line.record.selector);
    json.field("matching_type", line.record.matching_type);
    json.field("data", base::hex(line.record.data));
    json.field("usable", !dane::unusable(line.record)).end_object();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

std::vector<std::string> explain(const std::vector<TlsaLine>& lines) {
  std::vector<std::string> meaning;
  for (const TlsaLine& line : lines) {
    meaning.push_back(fmt::format("{}: {}", dane::text(line.record), dane::meaning(line.record)));
  }
  meaning.emplace_back(
      "If the zone is signed, senders that check DANE deliver only over TLS to a host that one of "
      "the usable records fits.");
  return meaning;
}

}  // namespace

Page tlsa(std::string_view input) {
  Page page{.kind = "tlsa", .title = "TLSA record"};
  auto examined = dane::examine_tlsa(input);
  page.findings = std::move(examined.findings);
  if (!examined.value) return page;
  const std::vector<TlsaLine>& lines = *examined.value;
  if (lines.size() > 1) page.title = "set of TLSA records";
  std::size_t usable = 0;
  for (const TlsaLine& line : lines) {
    check_owner(line, page.findings);
    if (const auto why = dane::unusable(line.record)) {
      refuse(line, *why, page.findings);
    } else {
      ++usable;
      advise(line, page.findings);
    }
  }
  if (usable == 0) {
    page.findings.push_back({Severity::error, "",
                             "Senders of mail can use none of it: they demand TLS because of it, "
                             "and trust whoever answers (RFC 7672 2.2).",
                             "Publish \"3 1 1\" and the SHA-256 digest of the host's public key."});
    return page;
  }
  page.valid = true;
  page.meaning = explain(lines);
  page.value = json_of(lines);
  return page;
}

}  // namespace postern::lint
