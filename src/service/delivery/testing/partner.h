// For tests: a partner with two mail servers, and one message to it.
#pragma once

#include <gtest/gtest.h>

#include "service/delivery/testing/world.h"

namespace postern::delivery::testing {

// example.com has two mail servers; what each of them is, a test says.
struct Partner : World {
  Peer* mx1 = nullptr;
  Peer* mx2 = nullptr;

  void has(Posture first, Posture second) {
    mx1 = &peer("127.0.0.1", std::move(first));
    mx2 = &peer("127.0.0.2", std::move(second));
    zone.mx("example.com", {{10, "mx1.example.com"}, {20, "mx2.example.com"}});
    zone.host("mx1.example.com", {"127.0.0.1"}).host("mx2.example.com", {"127.0.0.2"});
    zone.host("postern.example", {"127.0.0.9"});  // nobody listens there
  }
  void policy_is(policy::Policy policy) {
    policy::Configuration changed = configuration();
    changed.policies = {std::move(policy)};
    book.change(std::move(changed));
  }
  // Strict, and the MX names are pinned, as they are not signed.
  void strict() {
    policy::Policy policy = policy_for("example.com");
    policy.mx_pins = {tls::HostPattern::parse("*.example.com").value()};
    policy_is(std::move(policy));
  }
  [[nodiscard]] const queue::Delivery& waiting() const { return left.at(0).deliveries.at(0); }
};

inline Posture plain() {
  Posture posture;
  posture.starttls = false;
  return posture;
}

inline net::Task<void> send_one(World& world) {
  queue::Destination destination = to({"ann@example.com"});
  co_await world.send(envelope_from("me@postern.example"), destination, std::string(kMessage));
}

inline net::Task<void> defer_one(World& world) {
  co_await send_one(world);
  bool deferred = co_await world.until("delivery-deferred", 1);
  EXPECT_TRUE(deferred) << ::testing::PrintToString(world.events.lines);
}

}  // namespace postern::delivery::testing
