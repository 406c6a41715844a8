// Whose evidence an attempt is: the account's that it was made for, but on the way to an internal
// server the account's that owns the domain. Mail from one account of a gateway to another's domain
// is tried by the sender's delivery; what the servers at its end are called, where they stand and
// what they showed is the other account's, and no account may see another's data.
#pragma once

#include "core/policy/policy_book.h"
#include "core/queue/evidence.h"

namespace postern::service {

[[nodiscard]] base::AccountId evidence_owner(const policy::PolicyBook& book,
                                             const queue::Attempt& attempt);

}  // namespace postern::service
