#include "core/onboarding/domain_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "core/base/text.h"

namespace postern::onboarding {
namespace {

constexpr std::size_t kShown = 120;

void refuse(Line& line, Verdict verdict, std::string why) {
  line.verdict = verdict;
  line.why = std::move(why);
}

// "user@domain" -> "domain"; pasted lists often carry "<...>", too.
std::string_view domain_part(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    text.remove_prefix(at + 1);
    if (text.ends_with('>')) text.remove_suffix(1);
  }
  return base::trim(text);
}

bool is_under_policy(const policy::PolicyBook& book, base::AccountId account,
                     const policy::Scope& scope) {
  return book.policy_for_scope(account, scope) != nullptr;
}

}  // namespace

std::string_view shown_as(Verdict verdict) {
  switch (verdict) {
    case Verdict::valid:
      return "Valid";
    case Verdict::duplicate_domain:
      return "Duplicate Domain";
    case Verdict::invalid_domain:
      return "Invalid Domain";
    case Verdict::public_suffix:
      return "Public Suffix";
    case Verdict::internal_domain:
      return "Internal Domain";
    case Verdict::no_mail:
      return "No Mail (null MX)";
    case Verdict::domain_not_found:
      return "Domain Not Found";
  }
  return "Invalid Domain";
}

std::string_view api_value(Verdict verdict) {
  switch (verdict) {
    case Verdict::valid:
      return "valid";
    case Verdict::duplicate_domain:
      return "duplicate-domain";
    case Verdict::invalid_domain:
      return "invalid-domain";
    case Verdict::public_suffix:
      return "public-suffix";
    case Verdict::internal_domain:
      return "internal-domain";
    case Verdict::no_mail:
      return "no-mail";
    case Verdict::domain_not_found:
      return "domain-not-found";
  }
  return "invalid-domain";
}

std::optional<Verdict> from_probe(std::string_view reason_code) {
  if (reason_code == "null-mx") return Verdict::no_mail;
  if (reason_code == "no-such-domain" || reason_code == "no-mx") return Verdict::domain_not_found;
  return std::nullopt;
}

std::size_t DomainList::valid() const {
  return static_cast<std::size_t>(std::ranges::count(lines, Verdict::valid, &Line::verdict));
}

Line read_domain(std::string_view text, const policy::PolicyBook* book, base::AccountId account,
                 bool wildcards) {
  Line line;
  line.text = base::printable(base::trim(text), kShown);
  auto scope = policy::Scope::parse(domain_part(base::trim(text)));
  if (!scope) {
    refuse(line, Verdict::invalid_domain, scope.error().text);
    return line;
  }
  line.scope = std::move(*scope);
  const std::string name = line.scope.text();
  if (line.scope.wildcard && !wildcards) {
    refuse(line, Verdict::invalid_domain,
           fmt::format("{} stands for many domains: only single ones are taken here.", name));
  } else if (!line.scope.wildcard && line.scope.base.label_count() < 2) {
    refuse(line, Verdict::invalid_domain,
           fmt::format("{} is a top-level domain: write the whole name.", name));
  } else if (!line.scope.wildcard && dns::is_public_suffix(line.scope.base)) {
    refuse(line, Verdict::public_suffix,
           fmt::format("{} is a public suffix, under which others register their domains. For all "
                       "domains below it write *.{}.",
                       name, name));
  } else if (book != nullptr && book->internal_domain(line.scope.base) != nullptr) {
    refuse(line, Verdict::internal_domain,
           fmt::format("{} is internal to this gateway: policies are for the domains of others.",
                       name));
  } else if (book != nullptr && is_under_policy(*book, account, line.scope)) {
    refuse(line, Verdict::duplicate_domain, fmt::format("{} is under a policy already.", name));
  }
  return line;
}

DomainList read_domain_list(std::string_view text, const policy::PolicyBook* book,
                            base::AccountId account, const DomainListRules& rules) {
  DomainList list;
  std::unordered_map<std::string, int> first_line;
  int number = 0;
  for (const std::string_view raw : base::split(text, '\n')) {
    ++number;
    const std::string_view written = base::trim(raw);
    if (written.empty() || written.starts_with('#')) continue;
    if (rules.most != 0 && list.lines.size() == rules.most) {
      list.too_many = base::Failure{
          "too-many-domains",
          fmt::format("Line {} is one too many: at most {} domains can be added in one go. Longer "
                      "lists go through postern policy import, or the bulk import.",
                      number, rules.most),
          {}};
      break;
    }
    Line line = read_domain(written, book, account, rules.wildcards);
    line.number = number;
    if (!line.scope.base.empty()) {
      const auto [seen, is_new] = first_line.emplace(line.scope.text(), number);
      if (!is_new && line.verdict == Verdict::valid) {
        refuse(line, Verdict::duplicate_domain,
               fmt::format("{} stands in line {} already.", line.scope.text(), seen->second));
      }
    }
    list.lines.push_back(std::move(line));
  }
  return list;
}

}  // namespace postern::onboarding
