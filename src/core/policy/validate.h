// Is it well formed and meant seriously? One answer for command line, import, API and records: each
// object by itself, whatever else exists (names that are taken are the records' matter).
//
// A Failure ("invalid-policy", "invalid-exception", ...) says what is wrong and what to do instead;
// check() also says which field is at fault, by its name in JSON, so that a form can mark it.
#pragma once

#include <string>

#include "core/base/failure.h"
#include "core/policy/model.h"

namespace postern::policy {

struct Fault {
  std::string field;  // "host", "valid_until", ...
  base::Failure failure;
};
using Checked = std::expected<void, Fault>;

[[nodiscard]] Checked check(const Account& account);
[[nodiscard]] Checked check(const InternalDomain& domain);
[[nodiscard]] Checked check(const InternalRoute& route);
[[nodiscard]] Checked check(const ExternalRoute& route);
[[nodiscard]] Checked check(const InternalSender& sender);
[[nodiscard]] Checked check(const Policy& policy);
[[nodiscard]] Checked check(const Exception& exception);

template <class Object>
[[nodiscard]] base::Result<> validate(const Object& object) {
  auto checked = check(object);
  if (checked) return {};
  return std::unexpected(std::move(checked.error().failure));
}

}  // namespace postern::policy
