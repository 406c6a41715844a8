// What `postern status` shows.
#pragma once

#include <string>
#include <vector>

#include "core/base/ip_address.h"

namespace postern::app {

struct BoundListener {
  std::string name;
  std::string role;
  std::string tls;
  base::Endpoint place;  // with the port that was really bound
};

struct Status {
  std::string node;
  std::vector<BoundListener> listeners;
  std::string http;         // metrics and health
  std::string web;          // the web application's address, "http://127.0.0.1:8026/"; "" for none
  std::string site{};       // the public HTTPS site's address; "" for none
  std::string site_http{};  // where challenges are answered; "" for nowhere
  bool ready = false;
  std::int64_t revision = 0;
};
[[nodiscard]] std::string status_json(const Status& status);

}  // namespace postern::app
