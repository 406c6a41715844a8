// The three encryption modes of docs/tls-policy.md, and the words for them.
#pragma once

#include <optional>
#include <string_view>

namespace postern::tls {

// Ordered: a later one demands more.
enum class Mode { opportunistic, relaxed, strict };

[[nodiscard]] std::string_view api_value(Mode mode);  // "opportunistic", "relaxed", "strict"
// "Opportunistic TLS", "Relaxed Encryption Mode", "Strict - Trusted Enforced"
[[nodiscard]] std::string_view shown_as(Mode mode);
[[nodiscard]] std::optional<Mode> parse_mode(std::string_view api_value);

// `none` is "no TLS at all"; ordered by age.
enum class Version { none, tls1_0, tls1_1, tls1_2, tls1_3 };

[[nodiscard]] std::string_view version_text(Version version);  // "TLS 1.2"; "none"
[[nodiscard]] std::optional<Version> parse_version(
    std::string_view text);  // "1.2", "TLS 1.2", "tls1.2"

enum class AuthMethod { none, pkix, dane, pin };
[[nodiscard]] std::string_view method_text(AuthMethod method);

// `monitor` evaluates and records, and never blocks.
enum class Stage { enforce, monitor };
[[nodiscard]] std::string_view stage_text(Stage stage);
[[nodiscard]] std::optional<Stage> parse_stage(std::string_view text);

}  // namespace postern::tls
