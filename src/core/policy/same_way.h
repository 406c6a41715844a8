// Did a change of the configuration move mail to another way? Mail that waits for a server that is
// down wants to know: another server may be up.
#pragma once

#include "core/policy/policy_book.h"

namespace postern::policy {

// The same routes, internal or external, apply to mail of this account to this domain. Their order
// among equals and their numbers say nothing; a corrected login is another way.
[[nodiscard]] bool same_way(const PolicyBook& before, const PolicyBook& after,
                            base::AccountId account, const dns::Domain& domain);

}  // namespace postern::policy
