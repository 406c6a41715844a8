#include "core/tls/own_server.h"

#include <algorithm>
#include <array>

#include "core/tls/judge.h"

namespace postern::tls {
namespace {

struct Remedy {
  std::string_view code;
  std::string_view text;
};

constexpr auto kRemedies = std::to_array<Remedy>({
    {"starttls-not-supported",
     "Switch STARTTLS on at this server, with any certificate, even one of its own making; then "
     "test again."},
    {"starttls-refused",
     "Often the server has no certificate, or is at its limit: its log says which."},
    {"tls-version-too-low", "Switch TLS 1.2 or later on at this server."},
    {"anonymous-or-weak-suite", "Give the server a certificate, and remove such suites from it."},
    {"weak-key-exchange",
     "Switch elliptic curves, or a DH group of at least 2048 bits, on at this server."},
    {"certificate-host-mismatch",
     "Name the server in the route as its certificate does, or list the certificate's name in the "
     "route."},
    {"certificate-expired", "Renew the certificate of this server."},
    {"certificate-not-yet-valid", "Check the clocks of both sides; else replace the certificate."},
    {"certificate-self-signed",
     "Give the server a certificate of a public CA, or of a private one that is added to the "
     "account."},
    {"certificate-wrong-purpose", "Give the server a certificate for server authentication."},
    {"certificate-weak",
     "Give the server a key of at least RSA 2048 or EC P-256, signed with SHA-256 or better."},
    {"certificate-revoked", "Replace the certificate at once: its key may be in other hands."},
    {"validation-failure", "The detail says what verification rejected."},
    {"greeting-rejected", "The server must let this gateway in: the reply says what it dislikes."},
    {"extension-not-announced", "Switch the extension on at this server."},
});

}  // namespace

std::string_view own_server_remedy(std::string_view code) {
  const auto found = std::ranges::find(kRemedies, code, &Remedy::code);
  return found != kRemedies.end() ? found->text : reason_info(code).remedy;
}

}  // namespace postern::tls
