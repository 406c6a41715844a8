#include "app/cli/domain_kind.h"

#include <charconv>

#include "core/onboarding/domain_proof.h"
#include "core/policy/validate.h"
#include "core/policy/words.h"
#include "io/crypto/tls.h"
#include "io/records/describe.h"

namespace postern::cli {

namespace {

using policy::InternalDomain;

base::Result<> read_token(InternalDomain& domain, std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (!text.empty() &&
      (text.size() < 32 || text.size() > 128 || !std::ranges::all_of(text, good))) {
    return base::fail("invalid-value",
                      fmt::format("\"{}\" is not a token: it has 32 to 128 letters and digits. "
                                  "Leave it out, and a new one is made.",
                                  base::printable(text, 120)));
  }
  domain.validation_token = text;
  return {};
}

base::Result<> read_sts_age(InternalDomain& domain, std::string_view text) {
  std::int64_t seconds = policy::StsOffer().max_age.count();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && (error != std::errc{} || end != text.data() + text.size())) {
    return base::fail("invalid-value",
                      fmt::format("\"{}\" is no number of seconds.", base::printable(text, 120)));
  }
  domain.sts.max_age = std::chrono::seconds(seconds);
  return {};
}

constexpr std::array kFields{
    Field<InternalDomain>{
        {"validated", "yes|no", ""},
        [](InternalDomain& d, std::string_view text) { return read_yes_no(d.validated, text); },
        [](const InternalDomain& d) { return yes_no(d.validated); }},
    Field<InternalDomain>{{"validation_token", "TOKEN", ""},
                          &read_token,
                          [](const InternalDomain& d) { return d.validation_token; }},
    Field<InternalDomain>{{"enforce_receipt", "yes|no", "yes: MAIL FROM of this domain needs TLS"},
                          [](InternalDomain& d, std::string_view text) {
                            return read_yes_no(d.enforce_receipt, text);
                          },
                          [](const InternalDomain& d) { return yes_no(d.enforce_receipt); }},
    Field<InternalDomain>{
        {"sts_mode", "off|none|testing|enforce",
         "What the domain's MTA-STS policy says; the gateway serves it (RFC 8461)"},
        [](InternalDomain& d, std::string_view text) {
          return read_word(d.sts.mode, policy::StsMode::off, text, &policy::parse_sts_mode,
                           "off, none, testing or enforce");
        },
        [](const InternalDomain& d) { return std::string(policy::sts_mode_text(d.sts.mode)); }},
    Field<InternalDomain>{
        {"sts_max_age", "SECONDS", "How long senders keep the policy; a week if not given"},
        &read_sts_age,
        [](const InternalDomain& d) { return std::to_string(d.sts.max_age.count()); }},
    Field<InternalDomain>{{"sts_mx", "PATTERN",
                           "Hosts that the policy lists; none: the gateway's names", Words::many},
                          [](InternalDomain& d, std::string_view text) {
                            return read_list(d.sts.mx, text, &tls::HostPattern::parse);
                          },
                          [](const InternalDomain& d) {
                            return write_list(d.sts.mx,
                                              [](const auto& host) { return host.text(); });
                          }},
};

}  // namespace

std::string challenge_name(const InternalDomain& domain) {
  return onboarding::proof_name(domain.domain).text();
}

std::string challenge_value(const InternalDomain& domain) {
  return onboarding::proof_text(domain.validation_token);
}

std::string fresh_token() {
  const std::string bytes = crypto::random_bytes(20);
  return base::hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::span<const Field<InternalDomain>> DomainKind::fields() const { return kFields; }

std::vector<InternalDomain> DomainKind::all(const RecordsSession& session) const {
  std::vector<InternalDomain> found;
  for (const InternalDomain& one : session.configuration.domains) {
    if (one.account == account_) found.push_back(one);
  }
  std::ranges::sort(found, {}, [](const InternalDomain& one) { return one.domain.text(); });
  return found;
}

std::string DomainKind::name(const InternalDomain& domain) const { return domain.domain.text(); }

std::expected<InternalDomain, Refusal> DomainKind::begin(std::string_view name,
                                                         const FieldTexts&) const {
  auto domain = dns::Domain::parse(base::trim(name));
  if (!domain) return std::unexpected(Refusal{"Invalid Domain", domain.error().text});
  InternalDomain fresh;
  fresh.account = account_;
  fresh.domain = *std::move(domain);
  if (dns::is_public_suffix(fresh.domain)) {
    return std::unexpected(Refusal{"Public Suffix", policy::validate(fresh).error().text});
  }
  return fresh;
}

base::Result<> DomainKind::finish(InternalDomain& domain, const InternalDomain* before) const {
  const bool proved = before != nullptr && before->validated;
  domain.validated = proved || (proof_ == Proof::taken_for_granted && domain.validated);
  if (domain.validation_token.empty()) domain.validation_token = fresh_token();
  return {};
}

std::string DomainKind::remark(const InternalDomain& domain) const {
  if (domain.validated) return {};
  return fmt::format("Publish {} TXT \"{}\", then: postern domain validate {}",
                     challenge_name(domain), challenge_value(domain), domain.domain.text());
}

void DomainKind::describe(base::JsonWriter& json, const RecordsSession& session,
                          const InternalDomain& domain) const {
  json.field("account", session.account.name);
  records::describe(json, domain);
  json.key("publish").begin_object();
  json.field("name", challenge_name(domain)).field("type", "TXT");
  json.field("value", challenge_value(domain)).end_object();
}

}  // namespace postern::cli
