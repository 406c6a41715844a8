#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <ostream>
#include <vector>

#include "app/cli/cli.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"

namespace postern::cli {

namespace {

constexpr const char* default_config = "/etc/postern/postern.toml";

}  // namespace

base::Result<app::Settings> Context::settings() const {
  base::Result<app::Settings> settings = app::default_settings();
  if (!config_file.empty()) {
    settings = app::read_settings(config_file);
  } else if (access(default_config, F_OK) == 0) {
    settings = app::read_settings(default_config);
  }
  if (settings && !data_dir.empty()) settings->gateway.data_dir = data_dir;
  return settings;
}

base::Result<std::unique_ptr<records::Records>> Context::open_records() const {
  auto loaded = settings();
  if (!loaded) return std::unexpected(loaded.error());
  return records::Records::open(loaded->records_path());
}

base::Result<policy::Account> Context::chosen_account(
    const policy::Configuration& configuration) const {
  std::vector<std::string> names;
  for (const policy::Account& one : configuration.accounts) {
    if (one.name == account) return one;
    names.push_back(one.name);
  }
  return base::fail(
      "not-found",
      fmt::format("There is no account \"{}\"; there are: {}. Choose one with --account.",
                  base::printable(account), fmt::join(names, ", ")));
}

records::Actor Context::actor() const {
  uid_t uid = getuid();
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(4096);
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  std::string name = found ? std::string(entry.pw_name) : fmt::format("uid {}", uid);
  return {"cli:" + name, "cli"};
}

int Context::fail(const base::Failure& failure) const {
  err << "postern: " << failure.text << "\n";
  return exit_failed;
}

void print_page(const Context& context, std::string_view format, const std::string& text) {
  if (!context.json) {
    context.out << text;
    return;
  }
  base::JsonWriter json;
  json.begin_object().field("format", format).field("text", text).end_object();
  context.out << json.text() << "\n";
}

}  // namespace postern::cli
