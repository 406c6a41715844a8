// How many connections there are, in all and from each address of the world, over all shards. A
// connection that got a ticket is counted until the ticket goes. The last tenth of the places is
// for internal listeners: a crowd of strangers must not shut our own servers out.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/ip_address.h"
#include "core/policy/receipt.h"

namespace postern::receipt {

class ConnectionLedger {
 public:
  struct Limits {
    std::size_t total = 20'000;
    std::size_t per_address = 100;  // an IPv6 client is counted by its /64
  };

  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : ledger_(std::exchange(other.ledger_, nullptr)), address_(other.address_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(ledger_, other.ledger_);
      std::swap(address_, other.address_);
      return *this;
    }
    ~Ticket() {
      if (ledger_ != nullptr) ledger_->release(address_);
    }

   private:
    friend class ConnectionLedger;
    Ticket(ConnectionLedger& ledger, std::optional<base::IpAddress> address)
        : ledger_(&ledger), address_(address) {}
    ConnectionLedger* ledger_ = nullptr;
    std::optional<base::IpAddress> address_;
  };

  explicit ConnectionLedger(Limits limits) : limits_(limits) {}

  // A place among all connections; nullopt: there is none for a client of such a listener.
  [[nodiscard]] std::optional<Ticket> admit(policy::ListenerRole role);
  // A place among those of this address, for a client that is not known to be an internal server.
  [[nodiscard]] std::optional<Ticket> admit_from(const base::IpAddress& address);
  [[nodiscard]] std::size_t open() const;

 private:
  void release(const std::optional<base::IpAddress>& address);

  Limits limits_;
  mutable std::mutex mutex_;
  std::size_t open_ = 0;
  std::map<base::IpAddress, std::size_t> from_;
};

}  // namespace postern::receipt
