// The words of evidence as its tables hold them, and back.
#pragma once

#include <optional>
#include <string_view>

#include "core/queue/evidence.h"

namespace postern::records {

// The enumerator that a word stands for, from the function that goes the other way.
template <class Value, std::size_t n>
[[nodiscard]] std::optional<Value> value_of(const Value (&values)[n],
                                            std::string_view (*text_of)(Value),
                                            std::string_view text) {
  for (const Value value : values) {
    if (text_of(value) == text) return value;
  }
  return std::nullopt;
}

inline constexpr queue::Hop kHops[] = {
    queue::Hop::partner_to_gateway, queue::Hop::gateway_to_internal,
    queue::Hop::internal_to_gateway, queue::Hop::gateway_to_partner};
inline constexpr queue::AttemptOutcome kOutcomes[] = {
    queue::AttemptOutcome::accepted, queue::AttemptOutcome::delivered,
    queue::AttemptOutcome::deferred, queue::AttemptOutcome::refused,
    queue::AttemptOutcome::bounced,  queue::AttemptOutcome::probed};

}  // namespace postern::records
