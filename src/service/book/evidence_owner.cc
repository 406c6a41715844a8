#include "service/book/evidence_owner.h"

namespace postern::service {

base::AccountId evidence_owner(const policy::PolicyBook& book, const queue::Attempt& attempt) {
  if (attempt.hop != queue::Hop::gateway_to_internal) return attempt.account;
  const auto domain = dns::Domain::from_ascii(attempt.domain);
  const policy::InternalDomain* held = domain ? book.internal_domain(*domain) : nullptr;
  return held != nullptr ? held->account : attempt.account;
}

}  // namespace postern::service
