// The TXT records of MTA-STS and of TLS reporting.
#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/dns/txt_fields.h"
#include "core/lint/lint.h"
#include "core/lint/txt_input.h"
#include "core/mtasts/record.h"
#include "core/tlsrpt/record.h"

namespace postern::lint {
namespace {

using base::Finding;
using base::Severity;

// What the two kinds of record differ in.
struct Kind {
  std::string_view version;  // "v=STSv1"
  std::string_view label;    // "_mta-sts"
  std::string_view title;
};
constexpr Kind kSts{"v=STSv1", "_mta-sts", "MTA-STS record"};
constexpr Kind kTlsrpt{"v=TLSRPTv1", "_smtp._tls", "record for TLS reports"};

struct Chosen {
  TxtInput record;
  std::string domain;  // whose record it is; empty if the input does not say
};

void check_owner(const Kind& kind, Chosen& chosen, std::vector<Finding>& findings) {
  const std::string& owner = chosen.record.owner;
  if (owner.empty() || base::iequals(owner, kind.label)) return;
  const std::string prefix = std::string(kind.label) + ".";
  if (base::iequals(std::string_view(owner).substr(0, prefix.size()), prefix)) {
    chosen.domain = owner.substr(prefix.size());
    if (chosen.domain.ends_with('.')) chosen.domain.pop_back();
    return;
  }
  findings.push_back({Severity::error, fmt::format("line {}", chosen.record.line),
                      fmt::format("The record stands at {}, where nobody looks for it.", owner),
                      fmt::format("Its name is {}.<domain>.", kind.label)});
}

// Of the records at a name, the one that counts (RFC 8461 3.1, RFC 8460 3). Nothing: the findings
// say why.
std::optional<Chosen> choose(const Kind& kind, std::string_view input,
                             std::vector<Finding>& findings) {
  std::vector<TxtInput> records = read_txt_input(input, findings);
  if (base::first_error(findings) != nullptr) return std::nullopt;
  if (records.empty()) {
    findings.push_back({Severity::error, "", "No record is here.",
                        fmt::format("Give the text that begins with \"{};\".", kind.version)});
    return std::nullopt;
  }
  if (records.size() > 1) {
    const auto counts = [&](const TxtInput& record) {
      return !dns::of_version({&record.text, 1}, kind.version).empty();
    };
    const auto left = std::ranges::count_if(records, counts);
    if (left > 1) {
      findings.push_back({Severity::error, "",
                          fmt::format("{} records begin with \"{};\": then none of them counts.",
                                      left, kind.version),
                          "Leave one of them."});
      return std::nullopt;
    }
    if (left == 1) {
      for (const TxtInput& record : records) {
        if (counts(record)) continue;
        findings.push_back(
            {Severity::note, fmt::format("line {}", record.line),
             fmt::format("Another text, which does not count here: {}.", dns::quoted(record.text)),
             ""});
      }
      std::iter_swap(records.begin(), std::ranges::find_if(records, counts));
    }
  }
  Chosen chosen{std::move(records.front()), {}};
  check_owner(kind, chosen, findings);
  return chosen;
}

template <class T>
void take_findings(Page& page, base::Examined<T>& examined) {
  for (Finding& finding : examined.findings) page.findings.push_back(std::move(finding));
  page.valid = base::first_error(page.findings) == nullptr;
}

}  // namespace

Page sts_record(std::string_view input) {
  Page page{.kind = "sts-record", .title = std::string(kSts.title)};
  const auto chosen = choose(kSts, input, page.findings);
  if (!chosen) return page;
  auto examined = mtasts::examine_record(chosen->record.text);
  take_findings(page, examined);
  if (!page.valid) return page;
  const std::string host = "mta-sts." + (chosen->domain.empty() ? "<domain>" : chosen->domain);
  page.meaning = {
      fmt::format("The domain has an MTA-STS policy, whose id is {}.", examined.value->id),
      fmt::format("Senders fetch it from https://{}/.well-known/mta-sts.txt, and again when the id "
                  "changes.",
                  host),
      "Publish the policy before this record; change the id after every change of the policy.",
  };
  base::JsonWriter json;
  json.begin_object().field("id", examined.value->id).end_object();
  page.value = std::move(json).take();
  return page;
}

Page tlsrpt_record(std::string_view input) {
  Page page{.kind = "tlsrpt-record", .title = std::string(kTlsrpt.title)};
  const auto chosen = choose(kTlsrpt, input, page.findings);
  if (!chosen) return page;
  auto examined = tlsrpt::examine_record(chosen->record.text);
  take_findings(page, examined);
  if (!page.valid) return page;
  page.meaning = {"Senders report once a day how TLS went when they sent mail to this domain:"};
  base::JsonWriter json;
  json.begin_object().key("destinations").begin_array();
  for (const tlsrpt::Destination& place : examined.value->destinations) {
    const bool by_mail = place.kind == tlsrpt::Destination::Kind::mailto;
    const std::string where = base::printable(by_mail ? place.mailbox.text() : place.uri, 1024);
    page.meaning.push_back((by_mail ? "by mail to " : "by HTTPS POST to ") + where);
    json.begin_object().field("kind", by_mail ? "mailto" : "https");
    json.field("uri", place.uri).end_object();
  }
  page.value = std::move(json.end_array().end_object()).take();
  return page;
}

}  // namespace postern::lint
