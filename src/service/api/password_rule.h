// What a new password must be: long enough to withstand guessing, and not the user's name.
#pragma once

#include <string>
#include <string_view>

#include "core/base/failure.h"

namespace postern::api {

// Failure "invalid-password" with a sentence for the person who chose it.
[[nodiscard]] base::Result<> check_new_password(std::string_view user, std::string_view password);

}  // namespace postern::api
