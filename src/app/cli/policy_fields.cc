#include "app/cli/policy_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/policy/words.h"

namespace postern::cli {

namespace {

using policy::Policy;

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" ,;\t\r\n"), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

template <class Value>
base::Result<> read_list(std::vector<Value>& values, std::string_view text,
                         base::Result<Value> (*parse)(std::string_view)) {
  std::vector<Value> read;
  for (const std::string_view word : words_of(text)) {
    auto value = parse(word);
    if (!value) return std::unexpected(value.error());
    if (std::ranges::find(read, *value) == read.end()) read.push_back(*std::move(value));
  }
  values = std::move(read);
  return {};
}

template <class Values, class Text>
std::string write_list(const Values& values, Text text_of) {
  std::string out;
  for (const auto& value : values) {
    if (!out.empty()) out += ' ';
    out += text_of(value);
  }
  return out;
}

std::string domain_text(const dns::Domain& domain) { return domain.text(); }

// One of a few words; empty: the first value of a new policy.
template <class Value>
base::Result<> read_word(Value& value, Value fallback, std::string_view text,
                         std::optional<Value> (*parse)(std::string_view),
                         std::string_view choices) {
  if (text.empty()) {
    value = fallback;
    return {};
  }
  const auto parsed = parse(text);
  if (!parsed) {
    return base::fail("invalid-policy",
                      fmt::format("\"{}\" is not one of {}.", base::printable(text), choices));
  }
  value = *parsed;
  return {};
}

// Hex or base64 of 32 bytes, as openssl and web browsers show a SubjectPublicKeyInfo's digest.
base::Result<tls::Sha256> parse_pin(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with("sha256/") || digits.starts_with("sha256:")) digits.remove_prefix(7);
  std::string raw;
  if (digits.size() == 64) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::string lower = base::lower(digits);
    for (std::size_t i = 0; i < lower.size(); i += 2) {
      const auto high = kDigits.find(lower[i]);
      const auto low = kDigits.find(lower[i + 1]);
      if (high == std::string_view::npos || low == std::string_view::npos) break;
      raw += static_cast<char>(high << 4 | low);
    }
  } else if (!base::base64_decode(digits, raw)) {
    raw.clear();
  }
  tls::Sha256 pin{};
  if (raw.size() != pin.size()) {
    return base::fail("invalid-policy",
                      fmt::format("\"{}\" is not a SHA-256 digest: write 64 hexadecimal digits, or "
                                  "base64 of 32 bytes.",
                                  base::printable(text, 120)));
  }
  std::ranges::copy(raw, pin.begin());
  return pin;
}

base::Result<> read_time(std::optional<base::Instant>& time, std::string_view text) {
  if (text.empty()) {
    time.reset();
    return {};
  }
  time = base::parse_rfc3339(text);
  if (time) return {};
  return base::fail("invalid-policy",
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
        "invalid-policy",
        fmt::format("\"{}\" is not a length of time: write 30m, 4h or 2d.", base::printable(text)));
  }
  policy.time_limit = *limit;
  return {};
}

base::Result<> read_direction(Policy& policy, std::string_view text) {
  if (!text.empty() && text != "both" && text != "delivery" && text != "receipt") {
    return base::fail("invalid-policy", fmt::format("\"{}\" is not one of both, delivery, receipt.",
                                                    base::printable(text)));
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
    PolicyField{"mode", "MODE", "opportunistic, relaxed or strict (default)", false,
                [](Policy& p, std::string_view text) {
                  return read_word(p.mode, tls::Mode::strict, text, &tls::parse_mode,
                                   "opportunistic, relaxed, strict");
                },
                [](const Policy& p) { return std::string(tls::api_value(p.mode)); }},
    PolicyField{"stage", "STAGE",
                "enforce (default), or monitor: record what would fail, block "
                "nothing",
                false,
                [](Policy& p, std::string_view text) {
                  return read_word(p.stage, tls::Stage::enforce, text, &tls::parse_stage,
                                   "enforce, monitor");
                },
                [](const Policy& p) { return std::string(tls::stage_text(p.stage)); }},
    PolicyField{"mx", "PATTERN", "MX hosts that strict may use: mx.example.com or *.example.com",
                true,
                [](Policy& p, std::string_view text) {
                  return read_list(p.mx_pins, text, &tls::HostPattern::parse);
                },
                [](const Policy& p) {
                  return write_list(p.mx_pins, [](const auto& one) { return one.text(); });
                }},
    PolicyField{"name", "NAME", "A name that the certificate may carry", true,
                [](Policy& p, std::string_view text) {
                  return read_list(p.names, text, &dns::Domain::parse);
                },
                [](const Policy& p) { return write_list(p.names, domain_text); }},
    PolicyField{
        "spki", "SHA256", "SHA-256 of a public key that is trusted by itself", true,
        [](Policy& p, std::string_view text) { return read_list(p.spki_pins, text, &parse_pin); },
        [](const Policy& p) {
          return write_list(p.spki_pins, [](const auto& one) { return base::hex(one); });
        }},
    PolicyField{"client_name", "NAME",
                "A name that the partner's client certificate must carry when "
                "it sends to us (strict)",
                true,
                [](Policy& p, std::string_view text) {
                  return read_list(p.client_names, text, &dns::Domain::parse);
                },
                [](const Policy& p) { return write_list(p.client_names, domain_text); }},
    PolicyField{"require", "WHAT",
                "What proves the server under strict: any (default), pkix or dane", false,
                [](Policy& p, std::string_view text) {
                  return read_word(p.accept, policy::Accept::any, text, &policy::parse_accept,
                                   "any, pkix, dane");
                },
                [](const Policy& p) { return std::string(policy::accept_text(p.accept)); }},
    PolicyField{"floor", "FLOOR",
                "standard (TLS 1.2, default), tls1.3, or legacy (TLS 1.0; relaxed "
                "only)",
                false,
                [](Policy& p, std::string_view text) {
                  return read_word(p.floor, policy::Floor::standard, text, &policy::parse_floor,
                                   "standard, tls1.3, legacy");
                },
                [](const Policy& p) { return std::string(policy::floor_text(p.floor)); }},
    PolicyField{"on_failure", "WHAT", "When it cannot be met: defer (default) or bounce at once",
                false,
                [](Policy& p, std::string_view text) {
                  return read_word(p.on_failure, policy::OnFailure::defer, text,
                                   &policy::parse_on_failure, "defer, bounce");
                },
                [](const Policy& p) { return std::string(policy::on_failure_text(p.on_failure)); }},
    PolicyField{"time_limit", "TIME", "How long to try before the bounce: 24h (default)", false,
                &read_time_limit,
                [](const Policy& p) { return base::duration_text(p.time_limit); }},
    PolicyField{"direction", "WHICH",
                "both (default), delivery (to the partner) or receipt (from "
                "it)",
                false, &read_direction, &write_direction},
    PolicyField{"exclude", "DOMAIN", "A domain below a wildcard that it does not cover", true,
                [](Policy& p, std::string_view text) {
                  return read_list(p.scope.exclusions, text, &dns::Domain::parse);
                },
                [](const Policy& p) { return write_list(p.scope.exclusions, domain_text); }},
    PolicyField{"valid_from", "TIME", "Not in force before: 2027-01-31 or 2027-01-31T12:00:00Z",
                false,
                [](Policy& p, std::string_view text) { return read_time(p.valid_from, text); },
                [](const Policy& p) { return write_time(p.valid_from); }},
    PolicyField{"valid_until", "TIME", "Not in force from then on", false,
                [](Policy& p, std::string_view text) { return read_time(p.valid_until, text); },
                [](const Policy& p) { return write_time(p.valid_until); }},
    PolicyField{"note", "TEXT", "A note for people", false,
                [](Policy& p, std::string_view text) {
                  p.note = text;
                  return base::Result<>();
                },
                [](const Policy& p) { return p.note; }},
};

}  // namespace

std::span<const PolicyField> policy_fields() { return kFields; }

const PolicyField* policy_field(std::string_view name) {
  const auto found = std::ranges::find(kFields, name, &PolicyField::name);
  return found == kFields.end() ? nullptr : &*found;
}

std::string option_name(const PolicyField& field) {
  std::string option = "--" + std::string(field.name);
  std::ranges::replace(option, '_', '-');
  return option;
}

base::Result<> apply_fields(policy::Policy& policy, const FieldTexts& fields) {
  for (const auto& [field, text] : fields) {
    if (auto read = field->read(policy, text); !read) {
      base::Failure failure = read.error();
      failure.code = "invalid-policy";
      failure.text = fmt::format("{}: {}", field->name, failure.text);
      return std::unexpected(std::move(failure));
    }
  }
  return {};
}

}  // namespace postern::cli
