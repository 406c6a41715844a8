// What the settings file says about delivery, in the types that it uses.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "core/base/ip_address.h"
#include "core/queue/attempt.h"
#include "core/queue/schedule.h"
#include "core/route/route_plan.h"
#include "core/smtp/client_types.h"

namespace postern::delivery {

// How one host is connected to: the same for delivery, the probe and the test of a route.
struct ConnectSettings {
  std::string hostname;         // ours, in EHLO and in bounces
  base::IpAddress source_ipv4;  // "::" means any
  base::IpAddress source_ipv6;
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(30);
  std::chrono::milliseconds block_timeout = std::chrono::minutes(3);  // RFC 5321 4.5.3.2.5
  smtp::ClientTimeouts timeouts;
};

struct DeliverySettings {
  ConnectSettings connect;
  route::RouteSettings route;
  queue::Schedule schedule = queue::default_schedule();
  queue::HostWalk::Limits walk;
  std::string node;  // in evidence
  std::size_t connections = 500;
  std::size_t connections_per_destination = 20;
  int messages_per_connection = 100;
  std::chrono::milliseconds idle = std::chrono::seconds(5);
  std::chrono::milliseconds plan_life = std::chrono::seconds(10);
  std::size_t waiting_limit = 20'000;             // deliveries held in memory, all shards together
  std::size_t waiting_bytes = 256 * 1024 * 1024;  // of their bodies
  // A destination that nobody can reach is left alone for this long, doubled each time.
  std::chrono::milliseconds back_off = std::chrono::seconds(20);
  std::chrono::milliseconds back_off_limit = std::chrono::minutes(5);
};

}  // namespace postern::delivery
