// Strong integer identities. They are made by the application, not by a database, so that one SQL
// text serves two engines and several nodes.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace postern::base {

template <class Tag>
struct Id {
  std::int64_t value = 0;

  [[nodiscard]] explicit operator bool() const { return value != 0; }
  auto operator<=>(const Id&) const = default;
};

using AccountId = Id<struct AccountTag>;
using DomainId = Id<struct DomainTag>;
using RouteId = Id<struct RouteTag>;
using SenderId = Id<struct SenderTag>;
using PolicyId = Id<struct PolicyTag>;
using ExceptionId = Id<struct ExceptionTag>;
using AttemptId = Id<struct AttemptTag>;

// A message's identity: 63 bits, rising with time, so that queue listings sort by age.
using MessageId = Id<struct MessageTag>;
// One message to one destination: what the queue schedules, retries and settles.
using DeliveryId = Id<struct DeliveryTag>;

// The queue id that people read and type: 13 characters of Crockford base 32, no vowels mistaken
// for digits. parse accepts lower case; nullopt for anything that is not an id.
[[nodiscard]] std::string queue_id(MessageId id);
[[nodiscard]] std::optional<MessageId> parse_queue_id(std::string_view text);

}  // namespace postern::base

template <class Tag>
struct std::hash<postern::base::Id<Tag>> {
  std::size_t operator()(postern::base::Id<Tag> id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
