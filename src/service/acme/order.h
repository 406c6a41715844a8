// One certificate from an ACME server (RFC 8555 7.4): the order, the proof of each name, the
// request, the chain.
//
// Failures: those of Client; "acme-no-challenge" (the CA does not offer the one that is
// configured); "acme-invalid" (a name could not be proved, with the CA's words); "timeout",
// "cancelled".
#pragma once

#include <string>
#include <vector>

#include "service/acme/client.h"
#include "service/acme/responder.h"

namespace postern::acme {

struct Wish {
  std::vector<dns::Domain> names;
  Folder::Key key;
  ChallengeType challenge = ChallengeType::http_01;
};

// The chain as PEM, checked to be of these names and this key.
[[nodiscard]] net::Task<base::Result<std::string>> obtain(Client& client, Responder& responder,
                                                          Wish wish, base::Deadline deadline);

// Is the chain what was wished for, at that moment?
[[nodiscard]] base::Result<> check_chain(const std::string& pem, const Wish& wish,
                                         base::Instant now);

}  // namespace postern::acme
