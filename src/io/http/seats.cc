#include "io/http/seats.h"

#include <algorithm>

namespace postern::http {

namespace {

// An IPv6 client has a /64 at least.
base::IpAddress counted_as(const base::IpAddress& address) {
  if (address.is_v4()) return address;
  auto bytes = address.bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return base::IpAddress::v6(bytes);
}

}  // namespace

Seats::Seat::Seat(Seats& seats, base::IpAddress counted) : seats_(seats), counted_as_(counted) {
  place_ = seats_.seats_.insert(seats_.seats_.end(), this);
  ++seats_.from_[counted_as_];
}

Seats::Seat::~Seat() {
  seats_.seats_.erase(place_);
  auto from = seats_.from_.find(counted_as_);
  if (--from->second == 0) seats_.from_.erase(from);
}

void Seats::Seat::waits_on(net::Stream& stream) {
  waiting_ = &stream;
  seats_.seats_.splice(seats_.seats_.end(), seats_.seats_, place_);
}

bool Seats::make_room() {
  auto longest = std::ranges::find_if(seats_, [](const Seat* seat) { return seat->waiting_; });
  if (longest == seats_.end()) return false;
  net::Stream* stream = (*longest)->waiting_;
  (*longest)->busy();  // it is asked once; it goes when its wait has ended
  stream->close();
  return true;
}

std::unique_ptr<Seats::Seat> Seats::take(const base::Endpoint& peer) {
  const base::IpAddress address = counted_as(peer.address);
  const bool local = peer.port == 0;  // a Unix socket: the file's mode says who may
  if (auto from = from_.find(address);
      !local && from != from_.end() && from->second >= limits_.per_address) {
    return nullptr;
  }
  if (seats_.size() >= limits_.total && !make_room()) return nullptr;
  return std::make_unique<Seat>(*this, address);
}

}  // namespace postern::http
