// The sentences and codes with which a delivery says what a peer did. All text is escaped here.
#pragma once

#include <string>
#include <string_view>

#include "core/base/failure.h"
#include "core/queue/envelope.h"
#include "core/smtp/client_types.h"
#include "core/smtp/reply.h"
#include "core/tls/judge.h"

namespace postern::smtp {

// "mx1 [192.0.2.1] refused it while taking the recipient: 550 5.1.1 No such user". `code` is what
// to call a refusal there ("recipient-refused"), for now or for good; a 2xx or 3xx where none
// belongs is "reply-malformed".
[[nodiscard]] queue::Status status_of_reply(const Reply& reply, std::string_view code,
                                            std::string_view label, std::string_view phrase);
[[nodiscard]] queue::Status status_of_unmet(const tls::Unmet& unmet, std::string_view label);
// A connection that broke, timed out, or talked nonsense, while `phrase`.
[[nodiscard]] queue::Status status_of_failure(const base::Failure& failure, std::string_view label,
                                              std::string_view phrase);
[[nodiscard]] queue::Status status_of_timeout(std::chrono::milliseconds waited,
                                              std::string_view label, std::string_view phrase);

// A reply as a recipient's fate: 5xx is failed, all else deferred.
[[nodiscard]] RecipientResult result_of_reply(const Reply& reply, std::string_view code,
                                              std::string_view label, std::string_view phrase);
[[nodiscard]] RecipientResult failed_for_good(std::string code, std::string enhanced,
                                              std::string text);

// The same status with class 4 or 5 in front: "4.7.5" -> "5.7.5".
[[nodiscard]] std::string with_class(std::string_view enhanced, char digit);

}  // namespace postern::smtp
