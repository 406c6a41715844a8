// The web application's client, made from the declared operations and types: TypeScript types, an
// importer for each type that a reply holds (JSON enters strictly: what is not as declared is an
// error, not a surprise later), and a function for each operation.
#pragma once

#include <string>

#include "service/api/operations.h"

namespace postern::api {

[[nodiscard]] std::string typescript_client(const Operations& operations);

}  // namespace postern::api
