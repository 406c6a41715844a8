#include "truth.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "core/base/text.h"
#include "io/spool/testing/spool_world.h"

namespace postern::crash {
namespace {

using spool::testing::body_of;
using spool::testing::wait_for;

template <class T>
bool read_number(std::string_view text, T& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

// "SEED.SIZE@load.example"
bool read_sender(std::string_view sender, std::uint64_t& seed, std::size_t& size) {
  const auto dot = sender.find('.');
  const auto at = sender.find('@');
  if (dot == std::string_view::npos || at == std::string_view::npos || at < dot) return false;
  return read_number(sender.substr(0, dot), seed) &&
         read_number(sender.substr(dot + 1, at - dot - 1), size);
}

}  // namespace

void Truth::expect(bool holds, std::string sentence) {
  if (!holds) wrong_.push_back(std::move(sentence));
}

void Truth::learn(std::string_view line) {
  std::istringstream words{std::string(line)};
  std::string what;
  words >> what;
  if (what == "storing") {
    std::uint64_t seed = 0;
    words >> seed;
    storing_.insert(seed);
  } else if (what == "stored") {
    std::uint64_t seed = 0;
    std::int64_t message = 0;
    words >> seed >> message;
    storing_.erase(seed);
    evidence_due_.insert(seed);
    for (std::int64_t delivery = 0; words >> delivery;) alive_[delivery] = seed;
    ++stored_;
  } else if (what == "settling" || what == "settled") {
    std::int64_t delivery = 0;
    Settling settling;
    words >> delivery >> settling.how >> settling.number;
    if (what == "settling") {
      settling_[delivery] = settling;
      return;
    }
    settling_.erase(delivery);
    evidence_due_.insert(settling.number);
    ++settled_;
    if (settling.how == "postpone") return;
    alive_.erase(delivery);
    done_.insert(delivery);
    for (std::int64_t bounce = 0; words >> bounce;) alive_[bounce] = settling.number;
  } else if (what == "moved") {
    std::int64_t sequence = 0;
    std::string detail;
    words >> sequence;
    std::getline(words >> std::ws, detail);
    evidence_[sequence] = detail;
  }
}

std::vector<std::string> Truth::check(spool::Spool& spool, net::Shard& shard) {
  wrong_.clear();
  found_.clear();
  seeds_.clear();
  check_messages(spool, shard);
  check_deliveries();
  check_evidence(spool);
  const auto counts = wait_for(shard, spool.counts(shard));
  expect(counts && counts->deliveries == static_cast<std::int64_t>(found_.size()) &&
             counts->messages == static_cast<std::int64_t>(seeds_.size()),
         "The counts differ from what is listed.");
  // From now on this is the acknowledged state.
  alive_ = found_;
  storing_.clear();
  settling_.clear();
  return wrong_;
}

void Truth::check_messages(spool::Spool& spool, net::Shard& shard) {
  spool::ListFilter everything;
  everything.limit = 1'000'000;
  const auto listed = wait_for(shard, spool.list(shard, everything));
  if (!listed) {
    expect(false, "The queue cannot be listed: " + listed.error().text);
    return;
  }
  for (const auto& info : *listed) {
    std::uint64_t seed = 0;
    std::size_t size = 0;
    if (!read_sender(info.envelope.sender, seed, size)) {
      expect(false, "A message has the sender " + info.envelope.sender);
      continue;
    }
    expect(seeds_.insert(seed).second, fmt::format("Message {} is there twice.", seed));
    for (const auto& delivery : info.deliveries) found_[delivery.id.value] = seed;
    check_body(spool, shard, info, size, seed);
  }
}

void Truth::check_body(spool::Spool& spool, net::Shard& shard, const spool::MessageInfo& info,
                       std::size_t size, std::uint64_t seed) {
  auto reader = wait_for(shard, spool.body(shard, info.id));
  if (!reader) {
    expect(false, reader.error().text);
    return;
  }
  const auto body = spool::testing::read_all(**reader);
  if (!body) {
    expect(false, body.error().text);
    return;
  }
  expect(*body == body_of(size, seed), fmt::format("Message {} has another body.", seed));
}

void Truth::check_deliveries() {
  for (const auto& [delivery, seed] : alive_) {
    const auto settling = settling_.find(delivery);
    const bool is_there = found_.contains(delivery);
    if (settling == settling_.end() || settling->second.how == "postpone") {
      expect(is_there, fmt::format("Delivery {} of message {} is lost.", delivery, seed));
      continue;
    }
    // Not acknowledged: it happened as a whole or not at all.
    if (!is_there) {
      done_.insert(delivery);
      evidence_due_.insert(settling->second.number);
    }
    if (settling->second.how == "bounce") {
      expect(seeds_.contains(settling->second.number) == !is_there,
             fmt::format("Delivery {} and its bounce are not one.", delivery));
      if (!is_there) storing_.insert(settling->second.number);
    }
  }
  for (const auto& [delivery, seed] : found_) {
    expect(!done_.contains(delivery), fmt::format("Delivery {} has come back.", delivery));
    expect(alive_.contains(delivery) || storing_.contains(seed),
           fmt::format("Nobody stored the message {}.", seed));
    if (storing_.contains(seed) && !settling_.contains(delivery)) evidence_due_.insert(seed);
  }
}

void Truth::check_evidence(spool::Spool& spool) {
  const auto entries = spool.outbox(1'000'000);
  if (!entries) {
    expect(false, "The outbox cannot be read: " + entries.error().text);
    return;
  }
  for (const auto& entry : *entries) {
    const auto [known, is_new] = evidence_.emplace(entry.sequence, entry.attempt.detail);
    expect(is_new || known->second == entry.attempt.detail,
           fmt::format("Sequence {} was used twice.", entry.sequence));
  }
  std::map<std::string, int> times;
  for (const auto& [sequence, detail] : evidence_) {
    expect(++times[detail] == 1, fmt::format("The evidence \"{}\" is there twice.", detail));
  }
  for (const std::uint64_t number : evidence_due_) {
    const bool is_there = times.contains(fmt::format("receipt {}", number)) ||
                          times.contains(fmt::format("settlement {}", number));
    expect(is_there, fmt::format("The evidence of {} is lost.", number));
  }
}

}  // namespace postern::crash
