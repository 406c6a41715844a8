#include "service/api/throttle.h"

#include <algorithm>
#include <vector>

namespace postern::api {

namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr auto forget_interval = 1min;

struct Bucket {
  std::string key;
  BucketSize size;
};

// The separator cannot stand in a user's name or an address.
std::vector<Bucket> buckets_of(const Throttle::Source& source) {
  if (!source.own_device.empty()) {
    return {{"own " + source.user + " " + source.own_device, {10, 1min}}};
  }
  const std::string address = counted_address(source.address).to_string();
  return {{"pair " + source.user + " " + address, {5, 2min}},
          {"from " + address, {20, 30s}},
          {"user " + source.user, {50, 20s}},
          {"all", {30, 200ms}}};
}

}  // namespace

base::IpAddress counted_address(const base::IpAddress& address) {
  if (address.is_v4()) return address;
  auto bytes = address.bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return base::IpAddress::v6(bytes);
}

milliseconds LeakyBuckets::wait(const std::string& key, BucketSize size, base::Steady now) const {
  auto found = full_until_.find(key);
  if (found == full_until_.end()) return 0ms;
  // One more drop must fit under the brim.
  const auto over = found->second + size.one_each - (now + size.burst * size.one_each);
  return std::max(std::chrono::ceil<milliseconds>(over), milliseconds(0));
}

milliseconds LeakyBuckets::take(const std::string& key, BucketSize size, base::Steady now) {
  forget_empty(now);
  if (const milliseconds left = wait(key, size, now); left > 0ms) return left;
  base::Steady& until = full_until_[key];
  until = std::max(until, now) + size.one_each;
  return 0ms;
}

void LeakyBuckets::give_back(const std::string& key, BucketSize size) {
  if (auto found = full_until_.find(key); found != full_until_.end()) {
    found->second -= size.one_each;
  }
}

void LeakyBuckets::forget_empty(base::Steady now) {
  if (now < next_forget_) return;
  next_forget_ = now + forget_interval;
  std::erase_if(full_until_, [now](const auto& entry) { return entry.second <= now; });
}

std::chrono::seconds Throttle::admit(const Source& source, base::Steady now) {
  const std::vector<Bucket> all = buckets_of(source);
  milliseconds longest = 0ms;
  for (const Bucket& bucket : all) {
    longest = std::max(longest, buckets_.wait(bucket.key, bucket.size, now));
  }
  if (longest > 0ms) return std::chrono::ceil<std::chrono::seconds>(longest);
  for (const Bucket& bucket : all) (void)buckets_.take(bucket.key, bucket.size, now);
  return 0s;
}

void Throttle::succeeded(const Source& source) {
  for (const Bucket& bucket : buckets_of(source)) buckets_.give_back(bucket.key, bucket.size);
  // Whoever has proved who they are starts anew.
  buckets_.empty(buckets_of(source).front().key);
}

}  // namespace postern::api
