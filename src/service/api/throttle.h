// Slows down who guesses passwords, and nobody else.
//
// Every attempt counts as failed until it has succeeded, in leaky buckets: so many at once, then
// one each so often.
//
//   user and address      5, then one in 2 min    guessing one password
//   address              20, then one in 30 s     trying many users
//   user                 50, then one in 20 s     many addresses at one user
//   everyone             30, then five a second   what our processor may be asked at all
//   user and own device  10, then one in 1 min    in place of all those above
//
// A device that the user has signed in from before (a cookie shows it) has a bucket of its own, so
// strangers who fill the other ones lock nobody out who has been here before. An IPv6 client is
// counted by its /64. Lives on one shard; what leaks empty is forgotten.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "core/base/deadline.h"
#include "core/base/ip_address.h"

namespace postern::api {

struct BucketSize {
  int burst;
  std::chrono::milliseconds one_each;
};

class LeakyBuckets {
 public:
  // Zero: taken. Else nothing is taken, and this is how long until it can be.
  [[nodiscard]] std::chrono::milliseconds take(const std::string& key, BucketSize size,
                                               base::Steady now);
  [[nodiscard]] std::chrono::milliseconds wait(const std::string& key, BucketSize size,
                                               base::Steady now) const;
  void give_back(const std::string& key, BucketSize size);
  void empty(const std::string& key) { full_until_.erase(key); }
  [[nodiscard]] std::size_t kept() const { return full_until_.size(); }

 private:
  void forget_empty(base::Steady now);

  // When the bucket will have leaked empty: each drop adds `one_each` to it.
  std::map<std::string, base::Steady> full_until_;
  base::Steady next_forget_{};
};

class Throttle {
 public:
  struct Source {
    std::string user;
    base::IpAddress address;
    std::string own_device{};  // its hash, if it is one of this user's
  };

  // Zero: the attempt may be made, and counts. Else how long to wait.
  [[nodiscard]] std::chrono::seconds admit(const Source& source, base::Steady now);
  void succeeded(const Source& source);

 private:
  LeakyBuckets buckets_;
};

// The address that counts for a client: itself, or its /64.
[[nodiscard]] base::IpAddress counted_address(const base::IpAddress& address);

}  // namespace postern::api
