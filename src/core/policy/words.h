// The words for what a policy, a route and a sender can be: the same on the command line, in JSON,
// in CSV and in the records. (tls/mode.h has those for modes, stages and versions.)
#pragma once

#include <optional>
#include <string_view>

#include "core/policy/model.h"

namespace postern::policy {

[[nodiscard]] std::string_view accept_text(Accept accept);  // "any", "pkix", "dane"
[[nodiscard]] std::optional<Accept> parse_accept(std::string_view text);

[[nodiscard]] std::string_view on_failure_text(OnFailure on_failure);  // "defer", "bounce"
[[nodiscard]] std::optional<OnFailure> parse_on_failure(std::string_view text);

[[nodiscard]] std::string_view floor_text(Floor floor);  // "standard", "tls1.3", "legacy"
[[nodiscard]] std::optional<Floor> parse_floor(std::string_view text);

[[nodiscard]] std::string_view tls_start_text(TlsStart start);  // "starttls", "implicit"
[[nodiscard]] std::optional<TlsStart> parse_tls_start(std::string_view text);

[[nodiscard]] std::string_view sts_mode_text(StsMode mode);  // "off", "none", "testing", "enforce"
[[nodiscard]] std::optional<StsMode> parse_sts_mode(std::string_view text);

// "address-range", "credentials", "client-certificate"
[[nodiscard]] std::string_view sender_kind_text(InternalSender::Kind kind);
[[nodiscard]] std::optional<InternalSender::Kind> parse_sender_kind(std::string_view text);

}  // namespace postern::policy
