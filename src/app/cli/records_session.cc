#include "app/cli/records_session.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <iterator>
#include <thread>

#include "app/cli/control_client.h"

#include "core/base/text.h"

namespace postern::cli {

base::Result<RecordsSession> open_session(const Context& context) {
  auto opened = context.open_records();
  if (!opened) return std::unexpected(opened.error());
  RecordsSession session{.records = std::move(*opened), .configuration = {}, .account = {}};
  auto loaded = session.records->load();
  if (!loaded) return std::unexpected(loaded.error());
  session.configuration = std::move(*loaded);
  auto account = context.chosen_account(session.configuration);
  if (!account) return std::unexpected(account.error());
  session.account = std::move(*account);
  return session;
}

namespace {

// A running gateway sees the change within a second by itself; it is told, and waited for, so that
// what the command line says is true when it says so. Without a gateway there is nothing to wait
// for.
void await_in_force(const Context& context, records::Records& records) {
  auto wanted = records.revision();
  if (!wanted || !ask_gateway(context, {"POST", "/v1/policies/refresh", {}})) return;
  for (int tries = 0; tries < 100; ++tries) {
    auto answer = ask_gateway(context, {"GET", "/v1/status", {}});
    if (!answer) return;
    boost::json::value status = boost::json::parse(*answer);
    const boost::json::value* revision = status.as_object().if_contains("policy_revision");
    if (!revision || !revision->is_int64() || revision->as_int64() >= *wanted) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

base::Result<> change_records(const Context& context, RecordsSession& session,
                              const std::function<base::Result<>(records::Change&)>& edit) {
  auto change = session.records->change(context.actor(), now());
  if (!change) return std::unexpected(change.error());
  if (auto edited = edit(**change); !edited) return edited;
  return finish_change(context, session, **change);
}

base::Result<> finish_change(const Context& context, RecordsSession& session,
                             records::Change& change) {
  if (auto finished = change.finish(); !finished) return finished;
  await_in_force(context, *session.records);
  return {};
}

base::Instant now() {
  return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
}

base::Result<std::optional<base::Instant>> read_moment(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto time = base::parse_rfc3339(text);
  if (time) return time;
  return base::fail("usage",
                    fmt::format("\"{}\" is not a time: write 2027-01-31 or 2027-01-31T12:00:00Z.",
                                base::printable(text)));
}

base::Result<std::string> read_text(const Context& context, const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(context.in), {});
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return base::fail("file", fmt::format("{} cannot be read: {}", file, std::strerror(errno)));
  }
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

base::Result<std::string> read_secret(const Context& context, const std::string& file) {
  auto text = read_text(context, file);
  if (!text) return text;
  std::string line = text->substr(0, text->find_first_of("\r\n"));
  if (line.empty()) {
    return base::fail("file", fmt::format("{} holds no password in its first line", file));
  }
  return line;
}

}  // namespace postern::cli
