// A delivery's leg, as the column `internal` of its row holds it.
#pragma once

#include <cstdint>

#include "core/queue/envelope.h"

namespace postern::spool {

[[nodiscard]] constexpr std::int64_t leg_number(queue::Leg leg) {
  if (leg == queue::Leg::gateway) return 2;
  return leg == queue::Leg::internal ? 1 : 0;
}

[[nodiscard]] constexpr queue::Leg leg_of(std::int64_t number) {
  if (number == 2) return queue::Leg::gateway;
  return number != 0 ? queue::Leg::internal : queue::Leg::external;
}

}  // namespace postern::spool
