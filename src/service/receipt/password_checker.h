// Checks passwords on a thread of its own: argon2id takes tens of milliseconds by design, which no
// shard may spend. The queue is short; when it is full the client is told to try later, so that a
// flood of logins costs one processor and no memory.
//
// An unknown user costs the same as a wrong password, so that nobody learns names from the time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/smtp/server_steps.h"
#include "io/net/handoff.h"
#include "io/net/shard.h"
#include "io/net/task.h"

namespace postern::receipt {

class PasswordChecker {
 public:
  explicit PasswordChecker(std::size_t waiting_limit = 64);
  ~PasswordChecker();  // answers those who wait with `unavailable`
  PasswordChecker(const PasswordChecker&) = delete;
  PasswordChecker& operator=(const PasswordChecker&) = delete;

  // `hash`: argon2id in PHC form; "" for a user who does not exist. Thread-safe.
  [[nodiscard]] net::Task<smtp::Login> check(net::Shard& shard, std::string hash,
                                             std::string password);

 private:
  struct Job {
    std::string hash;
    std::string password;
    net::Sender<smtp::Login> answer;
  };
  void run();

  const std::string nobody_;  // the hash of a password that nobody knows
  const std::size_t waiting_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace postern::receipt
