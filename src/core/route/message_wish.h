// What one message asks for itself (RFC 8689), applied to the plan of its destination.
//
// REQUIRETLS: each host must prove itself, by whatever way the plan has for it (a trusted name and
// PKIX, or DANE), and must announce REQUIRETLS under TLS. It adds to what the other sources ask,
// and no exception takes it away.
//
// "TLS-Required: No": what DANE and MTA-STS ask, or might ask, is set aside for this message. The
// account's policies, its routes and the operator's floor stand.
#pragma once

#include "core/route/route_plan.h"

namespace postern::route {

enum class MessageWish { none, require_tls, tls_not_required };

[[nodiscard]] RoutePlan plan_for(RoutePlan plan, MessageWish wish);

}  // namespace postern::route
