#include "app/cli/control_client.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "io/net/shard.h"
#include "io/net/stream.h"

namespace postern::cli {

namespace {

constexpr std::chrono::seconds patience{60};

net::Task<void> converse(net::Shard& shard, std::string path, http::Request request,
                         base::Result<http::Response>& answer) {
  base::Deadline deadline{.at = shard.now() + patience};
  auto socket = co_await net::connect_unix(shard, path, deadline);
  if (!socket) {
    answer =
        base::fail("gateway-not-running",
                   fmt::format("No gateway answers at {}. Start it with: postern serve --config "
                               "FILE; or name its configuration here with --config.",
                               path));
    co_return;
  }
  answer = co_await http::exchange(**socket, std::move(request), deadline);
}

base::Failure failure_of(const http::Response& response) {
  boost::system::error_code error;
  boost::json::value problem = boost::json::parse(response.body, error);
  const boost::json::object* object = error ? nullptr : problem.if_object();
  auto text = [&](const char* name) {
    const boost::json::value* found = object ? object->if_contains(name) : nullptr;
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  std::string detail = text("detail");
  if (detail.empty()) detail = fmt::format("The gateway answered {}.", response.status);
  return {text("title"), detail, ""};
}

}  // namespace

base::Result<std::string> ask_gateway(const Context& context, ControlRequest request) {
  auto settings = context.settings();
  if (!settings) return std::unexpected(settings.error());
  http::Request wire{.method = std::move(request.method),
                     .path = std::move(request.path),
                     .query = std::move(request.query),
                     .headers = {},
                     .body = {},
                     .peer = {}};
  net::Shard shard;
  base::Result<http::Response> answer;
  shard.run_until_done(converse(shard, settings->control_path(), std::move(wire), answer));
  if (!answer) return std::unexpected(answer.error());
  if (answer->status >= 400) return std::unexpected(failure_of(*answer));
  return std::move(answer->body);
}

}  // namespace postern::cli
