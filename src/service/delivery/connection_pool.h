// Open connections that wait for their next message. A connection comes out only under the key it
// went in with: account, host, address, port, requirement digest, login; so no message ever rides
// on what was proved for another requirement. One a shard.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/net/event.h"
#include "io/net/shard.h"
#include "io/net/task.h"
#include "service/delivery/host_connection.h"

namespace postern::delivery {

class ConnectionPool {
 public:
  struct Limits {
    std::chrono::milliseconds idle{};
    int messages = 100;
    std::size_t connections = 100;
  };
  // `group` runs the goodbyes; join it before the pool ends.
  ConnectionPool(net::TaskGroup& group, Limits limits);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // The one that was used last; null: none.
  [[nodiscard]] std::unique_ptr<HostConnection> take(const std::string& key);
  // Keeps a connection that is ready; says goodbye to it when it has carried enough, when there are
  // too many, or when nobody took it in time.
  void put(std::unique_ptr<HostConnection> connection);
  // Says goodbye to all, now and from now on.
  void drain();
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Idle {
    std::unique_ptr<HostConnection> connection;
    base::Steady since;
  };
  net::Task<void> say_goodbye(std::unique_ptr<HostConnection> connection);
  net::Task<void> sweep();
  void sweep_now(base::Steady older_than);

  net::TaskGroup& group_;
  Limits limits_;
  std::unordered_map<std::string, std::vector<Idle>> idle_;
  std::size_t size_ = 0;
  bool sweeping_ = false;
  bool draining_ = false;
  net::Event drained_;
};

}  // namespace postern::delivery
