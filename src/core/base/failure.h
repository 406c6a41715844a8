// Expected failures are values with two texts: the full reason for the operator, and a bland one
// for a peer, who must not learn our paths, accounts or software (architecture.md, style 5).
// Exceptions are for bugs and exhaustion only.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace postern::base {

struct Failure {
  std::string code;  // stable and lower-case, e.g. "dns-timeout"; scripts and metrics rely on it
  std::string text;  // one plain sentence for the operator: what happened, where, what to do next
  std::string peer_text;  // what a peer may read; empty means "say something general"

  bool operator==(const Failure&) const = default;
};

template <class T = void>
using Result = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> fail(std::string code, std::string text,
                                                   std::string peer_text = {}) {
  return std::unexpected(Failure{std::move(code), std::move(text), std::move(peer_text)});
}

}  // namespace postern::base
