// The OpenAPI 3.1 document of the API, made from the declared operations and types.
#pragma once

#include <string>

#include "service/api/operations.h"

namespace postern::api {

[[nodiscard]] std::string openapi_document(const Operations& operations);

}  // namespace postern::api
