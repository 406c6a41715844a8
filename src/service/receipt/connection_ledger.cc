#include "service/receipt/connection_ledger.h"

#include <algorithm>
#include <array>

namespace postern::receipt {
namespace {

constexpr std::size_t kKeptShare = 10;  // one in so many places is for internal listeners alone

// One customer holds a /64 at least; counting single addresses would count nothing.
base::IpAddress counted_as(const base::IpAddress& address) {
  if (address.is_v4()) return address;
  std::array<std::uint8_t, 16> bytes = address.bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return base::IpAddress::v6(bytes);
}

}  // namespace

std::optional<ConnectionLedger::Ticket> ConnectionLedger::admit(policy::ListenerRole role) {
  const std::size_t kept = role == policy::ListenerRole::world ? limits_.total / kKeptShare : 0;
  std::lock_guard lock(mutex_);
  if (open_ >= limits_.total - kept) return std::nullopt;
  ++open_;
  return Ticket(*this, std::nullopt);
}

std::optional<ConnectionLedger::Ticket> ConnectionLedger::admit_from(
    const base::IpAddress& address) {
  const base::IpAddress key = counted_as(address);
  std::lock_guard lock(mutex_);
  if (limits_.per_address == 0) return std::nullopt;
  std::size_t& count = from_[key];
  if (count >= limits_.per_address) return std::nullopt;
  ++count;
  return Ticket(*this, key);
}

std::size_t ConnectionLedger::open() const {
  std::lock_guard lock(mutex_);
  return open_;
}

void ConnectionLedger::release(const std::optional<base::IpAddress>& address) {
  std::lock_guard lock(mutex_);
  if (!address) {
    --open_;
    return;
  }
  const auto entry = from_.find(*address);
  if (--entry->second == 0) from_.erase(entry);
}

}  // namespace postern::receipt
