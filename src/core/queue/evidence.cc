#include "core/queue/evidence.h"

namespace postern::queue {

std::string_view hop_text(Hop hop) {
  switch (hop) {
    case Hop::partner_to_gateway:
      return "partner-to-gateway";
    case Hop::gateway_to_internal:
      return "gateway-to-internal";
    case Hop::internal_to_gateway:
      return "internal-to-gateway";
    case Hop::gateway_to_partner:
      return "gateway-to-partner";
  }
  return "";
}

std::string_view outcome_text(AttemptOutcome outcome) {
  switch (outcome) {
    case AttemptOutcome::accepted:
      return "accepted";
    case AttemptOutcome::delivered:
      return "delivered";
    case AttemptOutcome::deferred:
      return "deferred";
    case AttemptOutcome::refused:
      return "refused";
    case AttemptOutcome::bounced:
      return "bounced";
    case AttemptOutcome::probed:
      return "probed";
  }
  return "";
}

}  // namespace postern::queue
