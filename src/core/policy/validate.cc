#include "core/policy/validate.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "core/base/text.h"

namespace postern::policy {
namespace {

using tls::Mode;

constexpr std::size_t kLongestText = 1000;
constexpr auto kLongestException = std::chrono::days(30);
constexpr auto kLongestTimeLimit = std::chrono::days(30);
constexpr int kWidestV4 = 96 + 8;  // of 128
constexpr int kWidestV6 = 16;

std::unexpected<Fault> fault(std::string field, std::string code, std::string text) {
  return std::unexpected(Fault{std::move(field), {std::move(code), std::move(text), {}}});
}

enum class Lines { one, many };

// Titles, notes and reasons are for people; what stands in logs and bounces is one line.
Checked plain_text(std::string_view code, std::string_view what, std::string_view text,
                   Lines lines) {
  if (text.size() > kLongestText) {
    return fault(std::string(what), std::string(code),
                 fmt::format("The {} is longer than {} bytes: shorten it.", what, kLongestText));
  }
  // A backslash is doubled by printable(), and is plain text all the same.
  std::string rest(text);
  std::erase_if(rest, [&](char c) { return c == '\\' || (c == '\n' && lines == Lines::many); });
  if (base::printable(rest, kLongestText + 1) == rest) return {};
  return fault(std::string(what), std::string(code),
               fmt::format("The {} holds {}control characters: write plain text.", what,
                           lines == Lines::one ? "line ends or " : ""));
}

Checked host(const std::string& text) {
  if (base::IpAddress::parse(text) || dns::Domain::parse(text)) return {};
  return fault("host", "invalid-route",
               fmt::format("\"{}\" is neither a host name nor an address: write "
                           "mail.example.com, 192.0.2.1 or 2001:db8::1.",
                           base::printable(text, 260)));
}

template <class Route>
Checked route(const Route& given) {
  if (auto good = host(given.host); !good) return good;
  if (given.port == 0) {
    return fault("port", "invalid-route", "Port 0 is no port: write 25, 587 or another one.");
  }
  if (given.priority < 0 || given.priority > 65535) {
    return fault("priority", "invalid-route",
                 fmt::format("The priority {} is not between 0 and 65535.", given.priority));
  }
  if (given.login && given.login->user.empty()) {
    return fault("login_user", "invalid-route",
                 "The login has no user name: give one, or leave the login out.");
  }
  return {};
}

Checked bad_policy(std::string field, std::string text) {
  return fault(std::move(field), "invalid-policy", std::move(text));
}

Checked scope(const Scope& given) {
  if (given.base.empty()) return bad_policy("domain", "The policy has no domain.");
  if (!given.wildcard && dns::is_public_suffix(given.base)) {
    return bad_policy(
        "domain", fmt::format("{} is a public suffix, under which others register their domains; "
                              "nobody has mail there. For all domains below it write *.{}.",
                              given.base.text(), given.base.text()));
  }
  if (!given.wildcard && !given.exclusions.empty()) {
    return bad_policy("exclude",
                      fmt::format("{} is one domain, so nothing can be excluded from it: only a "
                                  "wildcard has exclusions.",
                                  given.base.text()));
  }
  for (const dns::Domain& excluded : given.exclusions) {
    if (excluded.is_below(given.base)) continue;
    return bad_policy("exclude", fmt::format("{} is not below {}, so excluding it means nothing.",
                                             excluded.text(), given.base.text()));
  }
  return {};
}

Checked strictness(const Policy& policy) {
  if (policy.floor == Floor::legacy && policy.mode == Mode::strict) {
    return bad_policy(
        "floor",
        "The legacy floor (TLS 1.0 and 1.1) is never taken on a strict policy: make the "
        "policy relaxed, or use the standard floor.");
  }
  if (policy.floor != Floor::standard && policy.mode == Mode::opportunistic) {
    return bad_policy(
        "floor",
        "An opportunistic policy takes any TLS, or none, so it has no floor: make the "
        "policy relaxed or strict.");
  }
  if (policy.accept != Accept::any && policy.mode != Mode::strict) {
    return bad_policy("require",
                      "What proves the server (require) counts on a strict policy alone: make the "
                      "policy strict, or leave it out.");
  }
  if (policy.accept != Accept::any && !policy.spki_pins.empty()) {
    return bad_policy(
        "spki",
        "A pinned key proves the server by itself, without PKIX or DANE: leave either "
        "the pins or the narrowed require out.");
  }
  if (policy.accept == Accept::dane && !policy.names.empty()) {
    return bad_policy("names",
                      "Under require = dane the names come from the TLSA records, so names in the "
                      "policy would never be used: leave them out.");
  }
  return {};
}

}  // namespace

Checked check(const Account& account) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  const std::string& name = account.name;
  if (name.empty() || name.size() > 32 || !std::ranges::all_of(name, good) || name.front() == '-' ||
      name.back() == '-') {
    return fault("name", "invalid-account",
                 fmt::format("\"{}\" is not an account name: use 1 to 32 small letters, digits "
                             "and hyphens.",
                             base::printable(name, 80)));
  }
  if (!account.ca_bundle.empty() &&
      account.ca_bundle.find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return fault("ca_bundle", "invalid-account",
                 "The CA bundle holds no PEM certificate (-----BEGIN CERTIFICATE-----).");
  }
  return plain_text("invalid-account", "title", account.title, Lines::one);
}

Checked check(const InternalDomain& domain) {
  if (domain.domain.empty()) return fault("domain", "invalid-domain", "The domain is empty.");
  if (dns::is_public_suffix(domain.domain)) {
    return fault("domain", "invalid-domain",
                 fmt::format("{} is a public suffix, under which others register their domains: "
                             "no organisation holds it.",
                             domain.domain.text()));
  }
  // RFC 8461 3.2 sets the year; below a day an attacker need only wait (10.2).
  if (domain.sts.max_age < std::chrono::days(1) || domain.sts.max_age > std::chrono::days(365)) {
    return fault("mta_sts_max_age", "invalid-domain",
                 "The max_age of an MTA-STS policy is from a day (86400 s) to a year.");
  }
  return {};
}

Checked check(const InternalRoute& given) {
  if (given.domain.empty()) {
    return fault("domain", "invalid-route",
                 "An internal route needs the internal domain it serves.");
  }
  return route(given);
}

Checked check(const ExternalRoute& given) {
  const bool literal = base::IpAddress::parse(given.host).has_value();
  if (literal && given.consult_published && given.verify_name.empty()) {
    return fault("consult_published", "invalid-route",
                 "Nothing is published for an address: DANE and MTA-STS need a host name. Give "
                 "the route a name, or do not consult them.");
  }
  return route(given);
}

Checked check(const InternalSender& sender) {
  switch (sender.kind) {
    case InternalSender::Kind::address_range: {
      if (!sender.range)
        return fault("range", "invalid-sender", "The sender has no address range.");
      const int widest = sender.range->first().is_v4() ? kWidestV4 : kWidestV6;
      if (sender.range->prefix() < widest) {
        return fault("range", "invalid-sender",
                     fmt::format("{} is so wide that strangers could send through this gateway: "
                                 "list your own servers' ranges, /8 (IPv6: /16) at the widest.",
                                 sender.range->to_string()));
      }
      break;
    }
    case InternalSender::Kind::credentials:
      if (sender.user.empty() || sender.user.size() > 255 ||
          base::printable(sender.user) != sender.user ||
          sender.user.find(' ') != std::string::npos) {
        return fault("user", "invalid-sender",
                     "The user name is empty or holds spaces, backslashes or control characters: "
                     "use letters, digits and punctuation.");
      }
      if (!sender.password_hash.starts_with("$argon2id$")) {
        return fault("password", "invalid-sender", "The password was not hashed with argon2id.");
      }
      break;
    case InternalSender::Kind::client_certificate:
      if (sender.certificate_spki == tls::Sha256{}) {
        return fault("certificate_spki", "invalid-sender",
                     "The sender has no client certificate key.");
      }
      break;
  }
  return plain_text("invalid-sender", "note", sender.note, Lines::many);
}

Checked check(const Policy& policy) {
  if (auto good = scope(policy.scope); !good) return good;
  if (auto good = strictness(policy); !good) return good;
  if (!policy.delivery && !policy.receipt) {
    return bad_policy("delivery",
                      "The policy is neither for delivery nor for receipt: choose at least one.");
  }
  if (policy.time_limit <= base::Duration(0) || policy.time_limit > kLongestTimeLimit) {
    return bad_policy("time_limit",
                      "The time limit must be more than nothing, and 30 days at most; to bounce at "
                      "once set on_failure = bounce.");
  }
  if (policy.valid_from && policy.valid_until && *policy.valid_from >= *policy.valid_until) {
    return bad_policy("valid_until", fmt::format("The policy would end ({}) before it begins ({}).",
                                                 base::rfc3339(*policy.valid_until),
                                                 base::rfc3339(*policy.valid_from)));
  }
  return plain_text("invalid-policy", "note", policy.note, Lines::many);
}

Checked check(const Exception& exception) {
  const auto bad = [](std::string field, std::string text) {
    return fault(std::move(field), "invalid-exception", std::move(text));
  };
  if (exception.domain.empty()) return bad("domain", "The exception has no domain.");
  if (exception.mode == Mode::strict) {
    return bad("mode", "An exception allows less than strict: choose opportunistic or relaxed.");
  }
  if (exception.end <= exception.created) {
    return bad("end", "The exception would end before it begins: choose a later end.");
  }
  if (exception.end - exception.created > kLongestException) {
    return bad("end", fmt::format(
                          "An exception lasts 30 days at most, until {}: then look again, and make "
                          "another if need be.",
                          base::rfc3339(exception.created + kLongestException)));
  }
  if (base::trim(exception.reason).empty()) {
    return bad("reason", "An exception needs a reason, for those who read the audit log.");
  }
  if (exception.author.empty()) return bad("author", "An exception needs an author.");
  return plain_text("invalid-exception", "reason", exception.reason, Lines::one);
}

}  // namespace postern::policy
