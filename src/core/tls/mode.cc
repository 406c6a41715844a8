#include "core/tls/mode.h"

#include "core/base/text.h"

namespace postern::tls {

std::string_view api_value(Mode mode) {
  switch (mode) {
    case Mode::opportunistic:
      return "opportunistic";
    case Mode::relaxed:
      return "relaxed";
    case Mode::strict:
      return "strict";
  }
  return "strict";
}

std::string_view shown_as(Mode mode) {
  switch (mode) {
    case Mode::opportunistic:
      return "Opportunistic TLS";
    case Mode::relaxed:
      return "Relaxed Encryption Mode";
    case Mode::strict:
      return "Strict - Trusted Enforced";
  }
  return "Strict - Trusted Enforced";
}

std::optional<Mode> parse_mode(std::string_view text) {
  for (Mode mode : {Mode::opportunistic, Mode::relaxed, Mode::strict})
    if (base::iequals(text, api_value(mode))) return mode;
  return std::nullopt;
}

std::string_view version_text(Version version) {
  switch (version) {
    case Version::none:
      return "none";
    case Version::tls1_0:
      return "TLS 1.0";
    case Version::tls1_1:
      return "TLS 1.1";
    case Version::tls1_2:
      return "TLS 1.2";
    case Version::tls1_3:
      return "TLS 1.3";
  }
  return "none";
}

std::optional<Version> parse_version(std::string_view text) {
  text = base::trim(text);
  if (base::iequals(text, "none")) return Version::none;
  // "TLS 1.2", "TLSv1.2" (as OpenSSL writes it), "tls1.2", "1.2"
  if (base::iequals(text.substr(0, 3), "tls")) {
    text.remove_prefix(3);
    if (!text.empty() && (text.front() == ' ' || text.front() == 'v')) text.remove_prefix(1);
  }
  if (text == "1" || text == "1.0") return Version::tls1_0;
  if (text == "1.1") return Version::tls1_1;
  if (text == "1.2") return Version::tls1_2;
  if (text == "1.3") return Version::tls1_3;
  return std::nullopt;
}

std::string_view method_text(AuthMethod method) {
  switch (method) {
    case AuthMethod::none:
      return "none";
    case AuthMethod::pkix:
      return "pkix";
    case AuthMethod::dane:
      return "dane";
    case AuthMethod::pin:
      return "pin";
  }
  return "none";
}

std::string_view stage_text(Stage stage) { return stage == Stage::enforce ? "enforce" : "monitor"; }

std::optional<Stage> parse_stage(std::string_view text) {
  if (base::iequals(text, "enforce")) return Stage::enforce;
  if (base::iequals(text, "monitor")) return Stage::monitor;
  return std::nullopt;
}

}  // namespace postern::tls
