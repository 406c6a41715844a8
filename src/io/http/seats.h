// The connections of a server, counted, so that few clients cannot take every place. A connection
// holds a Seat from accept to close. When all seats are taken, the one that has waited longest for
// its client gives way: whoever opens connections and says nothing (a "slow loris") loses them,
// and whoever is being served keeps theirs. Lives on one shard.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>

#include "core/base/ip_address.h"
#include "io/net/stream.h"

namespace postern::http {

class Seats {
 public:
  struct Limits {
    std::size_t total;
    std::size_t per_address;
  };

  class Seat {
   public:
    Seat(Seats& seats, base::IpAddress counted_as);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    // From now on the client is waited for, on this stream, which may be closed meanwhile.
    void waits_on(net::Stream& stream);
    // The client is being served, or its stream is going away.
    void busy() { waiting_ = nullptr; }

   private:
    friend class Seats;
    Seats& seats_;
    base::IpAddress counted_as_;
    net::Stream* waiting_ = nullptr;
    std::list<Seat*>::iterator place_;
  };

  explicit Seats(Limits limits) : limits_(limits) {}

  // Null: too many from this address, or all are taken and served.
  [[nodiscard]] std::unique_ptr<Seat> take(const base::Endpoint& peer);
  [[nodiscard]] std::size_t taken() const { return seats_.size(); }

 private:
  [[nodiscard]] bool make_room();

  Limits limits_;
  std::list<Seat*> seats_;  // those that have waited longest first
  std::map<base::IpAddress, std::size_t> from_;
};

}  // namespace postern::http
