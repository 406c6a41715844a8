// The gateway's own certificates: what it shows, what waits to be shown, what it renews by itself.
#pragma once

#include "service/api/account_types.h"

namespace postern::api {

enum class CertificateUse { mail, web };
[[nodiscard]] constexpr std::string_view certificate_use_text(CertificateUse use) {
  return use == CertificateUse::mail ? "mail" : "web";
}
POSTERN_API_WORDS(CertificateUse, "CertificateUse", certificate_use_text, CertificateUse::mail,
                  CertificateUse::web)

enum class CertificateOrigin { file, acme };
[[nodiscard]] constexpr std::string_view certificate_origin_text(CertificateOrigin origin) {
  return origin == CertificateOrigin::file ? "file" : "acme";
}
POSTERN_API_WORDS(CertificateOrigin, "CertificateOrigin", certificate_origin_text,
                  CertificateOrigin::file, CertificateOrigin::acme)

#define POSTERN_API_SHOWN_CERTIFICATE(F)                                  \
  F(CertificateInfo, certificate, "The certificate.")                     \
  F(std::vector<CertificateUse>, uses, "To whom it is shown: mail, web.") \
  F(CertificateOrigin, origin, "A file of the configuration, or kept by itself (acme).")
POSTERN_API_TYPE(ShownCertificate, "A certificate in force.", POSTERN_API_SHOWN_CERTIFICATE)

#define POSTERN_API_KEPT_CERTIFICATE(F)                                                        \
  F(std::string, name, "Its first name: what commands name it by.")                            \
  F(std::vector<std::string>, names, "The names that it is for.")                              \
  F(std::optional<CertificateInfo>, certificate, "The one in use; none until the first came.") \
  F(std::optional<Time>, renewal, "When the authority is asked for the next.")                 \
  F(std::int64_t, failures, "Attempts that failed since the last success.")                    \
  F(std::string, why, "Why the last one failed; escaped.")                                     \
  F(std::optional<Time>, next_attempt, "When it is tried again, after a failure.")             \
  F(std::optional<CertificateInfo>, waiting, "A newer one, which is not shown yet.")           \
  F(std::optional<std::string>, next_tlsa, "The TLSA record of the key that is to come.")      \
  F(std::string, waits_for, "What the newer one, or the next key, waits for.")
POSTERN_API_TYPE(KeptCertificate, "A certificate that the gateway gets and renews by itself.",
                 POSTERN_API_KEPT_CERTIFICATE)

#define POSTERN_API_OWN_CERTIFICATES(F)                                                          \
  F(std::vector<ShownCertificate>, in_force, "What the gateway shows to those who connect.")     \
  F(std::vector<CertificateInfo>, held, "Read from files, and not shown yet: mail alone waits.") \
  F(std::string, held_why, "Why they wait.")                                                     \
  F(bool, renews, "It gets certificates by itself: [acme] names a directory.")                   \
  F(std::vector<KeptCertificate>, kept,                                                          \
    "Those; of policy hosts, only of domains of accounts that you may see.")
POSTERN_API_TYPE(OwnCertificates, "The gateway's own certificates.", POSTERN_API_OWN_CERTIFICATES)

enum class CertificateAction { renew, roll, give_up };
[[nodiscard]] constexpr std::string_view certificate_action_text(CertificateAction action) {
  switch (action) {
    case CertificateAction::renew:
      return "renew";
    case CertificateAction::roll:
      return "roll";
    case CertificateAction::give_up:
      return "give-up";
  }
  return "";
}
POSTERN_API_WORDS(CertificateAction, "CertificateAction", certificate_action_text,
                  CertificateAction::renew, CertificateAction::roll, CertificateAction::give_up)

#define POSTERN_API_CERTIFICATE_COMMAND(F)                                                       \
  F(CertificateAction, action,                                                                   \
    "renew: ask the authority now, with the same key; roll: make the next key; give-up: forget " \
    "the next key.")
POSTERN_API_TYPE(CertificateCommand, "An administrator's hand on a certificate.",
                 POSTERN_API_CERTIFICATE_COMMAND)

}  // namespace postern::api
