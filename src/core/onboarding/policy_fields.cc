#include "core/onboarding/policy_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/policy/words.h"
#include "core/tls/digest.h"

namespace postern::onboarding {

namespace {

using policy::Policy;

base::Result<> read_time(std::optional<base::Instant>& time, std::string_view text) {
  if (text.empty()) {
    time.reset();
    return {};
  }
  time = base::parse_rfc3339(text);
  if (time) return {};
  return base::fail("invalid-value",
                    fmt::format("\"{}\" is not a time: write 2027-01-31 or 2027-01-31T12:00:00Z.",
                                base::printable(text)));
}

std::string write_time(const std::optional<base::Instant>& time) {
  return time ? base::rfc3339(*time) : "";
}

base::Result<> read_time_limit(Policy& policy, std::string_view text) {
  if (text.empty()) {
    policy.time_limit = Policy{}.time_limit;
    return {};
  }
  const auto limit = base::parse_duration(text);
  if (!limit) {
    return base::fail(
        "invalid-value",
        fmt::format("\"{}\" is not a length of time: write 30m, 4h or 2d.", base::printable(text)));
  }
  policy.time_limit = *limit;
  return {};
}

base::Result<> read_direction(Policy& policy, std::string_view text) {
  if (!text.empty() && text != "both" && text != "delivery" && text != "receipt") {
    return not_one_of(text, "both, delivery, receipt");
  }
  policy.delivery = text != "receipt";
  policy.receipt = text != "delivery";
  return {};
}

std::string write_direction(const Policy& policy) {
  if (policy.delivery && policy.receipt) return "both";
  return policy.delivery ? "delivery" : "receipt";
}

constexpr std::array kFields{
    PolicyField{{"mode", "MODE", "opportunistic, relaxed or strict (default)"},
                [](Policy& p, std::string_view text) {
                  return read_word(p.mode, tls::Mode::strict, text, &tls::parse_mode,
                                   "opportunistic, relaxed, strict");
                },
                [](const Policy& p) { return std::string(tls::api_value(p.mode)); }},
    PolicyField{{"stage", "STAGE",
                 "enforce (default), or monitor: record what would fail, block "
                 "nothing"},
                [](Policy& p, std::string_view text) {
                  return read_word(p.stage, tls::Stage::enforce, text, &tls::parse_stage,
                                   "enforce, monitor");
                },
                [](const Policy& p) { return std::string(tls::stage_text(p.stage)); }},
    PolicyField{{"mx", "PATTERN", "MX hosts that strict may use: mx.example.com or *.example.com",
                 Words::many},
                [](Policy& p, std::string_view text) {
                  return read_list(p.mx_pins, text, &tls::HostPattern::parse);
                },
                [](const Policy& p) {
                  return write_list(p.mx_pins, [](const auto& one) { return one.text(); });
                }},
    PolicyField{{"name", "NAME", "A name that the certificate may carry", Words::many},
                [](Policy& p, std::string_view text) {
                  return read_list(p.names, text, &dns::Domain::parse);
                },
                [](const Policy& p) { return write_list(p.names, domain_text); }},
    PolicyField{
        {"spki", "SHA256", "SHA-256 of a public key that is trusted by itself", Words::many},
        [](Policy& p, std::string_view text) {
          return read_list(p.spki_pins, text, &tls::parse_digest);
        },
        [](const Policy& p) {
          return write_list(p.spki_pins, [](const auto& one) { return base::hex(one); });
        }},
    PolicyField{{"client_name", "NAME",
                 "A name that the partner's client certificate must carry when "
                 "it sends to us (strict)",
                 Words::many},
                [](Policy& p, std::string_view text) {
                  return read_list(p.client_names, text, &dns::Domain::parse);
                },
                [](const Policy& p) { return write_list(p.client_names, domain_text); }},
    PolicyField{
        {"require", "WHAT", "What proves the server under strict: any (default), pkix or dane"},
        [](Policy& p, std::string_view text) {
          return read_word(p.accept, policy::Accept::any, text, &policy::parse_accept,
                           "any, pkix, dane");
        },
        [](const Policy& p) { return std::string(policy::accept_text(p.accept)); }},
    PolicyField{{"floor", "FLOOR",
                 "standard (TLS 1.2, default), tls1.3, or legacy (TLS 1.0; relaxed "
                 "only)"},
                [](Policy& p, std::string_view text) {
                  return read_word(p.floor, policy::Floor::standard, text, &policy::parse_floor,
                                   "standard, tls1.3, legacy");
                },
                [](const Policy& p) { return std::string(policy::floor_text(p.floor)); }},
    PolicyField{{"on_failure", "WHAT", "When it cannot be met: defer (default) or bounce at once"},
                [](Policy& p, std::string_view text) {
                  return read_word(p.on_failure, policy::OnFailure::defer, text,
                                   &policy::parse_on_failure, "defer, bounce");
                },
                [](const Policy& p) { return std::string(policy::on_failure_text(p.on_failure)); }},
    PolicyField{{"time_limit", "TIME", "How long to try before the bounce: 24h (default)"},
                &read_time_limit,
                [](const Policy& p) { return base::duration_text(p.time_limit); }},
    PolicyField{{"direction", "WHICH",
                 "both (default), delivery (to the partner) or receipt (from "
                 "it)"},
                &read_direction,
                &write_direction},
    PolicyField{
        {"exclude", "DOMAIN", "A domain below a wildcard that it does not cover", Words::many},
        [](Policy& p, std::string_view text) {
          return read_list(p.scope.exclusions, text, &dns::Domain::parse);
        },
        [](const Policy& p) { return write_list(p.scope.exclusions, domain_text); }},
    PolicyField{{"valid_from", "TIME", "Not in force before: 2027-01-31 or 2027-01-31T12:00:00Z"},
                [](Policy& p, std::string_view text) { return read_time(p.valid_from, text); },
                [](const Policy& p) { return write_time(p.valid_from); }},
    PolicyField{{"valid_until", "TIME", "Not in force from then on"},
                [](Policy& p, std::string_view text) { return read_time(p.valid_until, text); },
                [](const Policy& p) { return write_time(p.valid_until); }},
    PolicyField{{"note", "TEXT", "A note for people"},
                [](Policy& p, std::string_view text) { return read_note(p.note, text); },
                [](const Policy& p) { return p.note; }},
};

}  // namespace

std::span<const PolicyField> policy_fields() { return kFields; }

}  // namespace postern::onboarding
