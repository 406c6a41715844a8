// A DNS domain name as mail uses it: lower-case A-labels, no trailing dot, at least one label, each
// label 1-63 of [a-z0-9_-], 253 in all. Everything that compares names compares Domains.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "core/base/failure.h"

namespace postern::dns {

class Domain {
 public:
  Domain() = default;  // empty: "no domain"

  // From what a person or a peer wrote: trims, drops one trailing dot, folds case, converts
  // U-labels to A-labels (IDNA 2008, RFC 5891). Refuses what only zones hold: labels with a hyphen
  // at an end, and a number as the last label. Failure "invalid-domain" says what is wrong.
  [[nodiscard]] static base::Result<Domain> parse(std::string_view text);
  // From DNS wire data or another Domain's text: ASCII only, no IDNA conversion.
  [[nodiscard]] static base::Result<Domain> from_ascii(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string unicode() const;  // U-labels for people
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] Domain parent() const;                        // empty for a top-level domain
  [[nodiscard]] bool is_below(const Domain& ancestor) const;  // strictly below
  [[nodiscard]] int label_count() const;

  auto operator<=>(const Domain&) const = default;

 private:
  std::string text_;
};

// Is the name itself a registry's public suffix, such as "co.uk"? Only the ICANN section of
// publicsuffix.org counts: names of its private section ("uk.com") have mail of their own.
[[nodiscard]] bool is_public_suffix(const Domain& domain);

}  // namespace postern::dns

template <>
struct std::hash<postern::dns::Domain> {
  std::size_t operator()(const postern::dns::Domain& d) const noexcept {
    return std::hash<std::string>{}(d.text());
  }
};
