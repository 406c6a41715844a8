// Configured objects as the API shows them. No secret is ever shown.
#pragma once

#include "core/policy/policy_book.h"
#include "service/api/account_types.h"
#include "service/api/policy_types.h"

namespace postern::api {

[[nodiscard]] Domain shown(const policy::InternalDomain& domain, const dns::Domain& gateway);
[[nodiscard]] Route shown(const policy::InternalRoute& route);
[[nodiscard]] ExternalRoute shown(const policy::ExternalRoute& route);
[[nodiscard]] Sender shown(const policy::InternalSender& sender);
[[nodiscard]] Policy shown(const policy::Policy& policy, base::Instant now);
[[nodiscard]] Exception shown(const policy::Exception& exception, base::Instant now);
// "3 1 1 57c0a9...": the key itself, whatever certificate it is in.
[[nodiscard]] std::string tlsa_text(const tls::Sha256& key);
[[nodiscard]] CertificateInfo shown(const tls::CertificateFacts& certificate);

// "*.münchen.example" for people.
[[nodiscard]] std::string shown_as(const policy::Scope& scope);

[[nodiscard]] std::vector<std::string> texts(const std::vector<dns::Domain>& domains);
[[nodiscard]] std::vector<Source> shown(const std::vector<tls::Considered>& sources);

}  // namespace postern::api
