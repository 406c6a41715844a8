// Is it well formed and meant seriously? One answer for command line, import, API and records: each
// object by itself, whatever else exists (names that are taken are the records' matter).
//
// A Failure ("invalid-policy", "invalid-exception", ...) says what is wrong and what to do instead.
#pragma once

#include "core/base/failure.h"
#include "core/policy/model.h"

namespace postern::policy {

[[nodiscard]] base::Result<> validate(const Account& account);
[[nodiscard]] base::Result<> validate(const InternalDomain& domain);
[[nodiscard]] base::Result<> validate(const InternalRoute& route);
[[nodiscard]] base::Result<> validate(const ExternalRoute& route);
[[nodiscard]] base::Result<> validate(const InternalSender& sender);
[[nodiscard]] base::Result<> validate(const Policy& policy);
[[nodiscard]] base::Result<> validate(const Exception& exception);

}  // namespace postern::policy
