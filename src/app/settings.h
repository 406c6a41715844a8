// The configuration file: one TOML file, read once at start and again at SIGHUP. Every setting is
// declared in settings.inc; a mistake yields a Failure "configuration" whose text names file, line
// and remedy, and the program does not start.
//
// What is in the records (accounts, domains, routes, policies) is not here: that changes by command
// line or web application while the gateway runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.inc"
#include "core/base/failure.h"
#include "core/base/time.h"

namespace postern::app {

namespace setting {
using text = std::string;
using number = std::int64_t;
using size = std::int64_t;  // bytes
using time = base::Duration;
using yes_no = bool;
using list = std::vector<std::string>;
}  // namespace setting

#define POSTERN_FIELD(type, name, fallback, sentence) setting::type name{};
#define POSTERN_STRUCT(macro, Type, key, sentence)                                          \
  struct Type {                                                                             \
    POSTERN_##macro##_SETTINGS(POSTERN_FIELD) bool operator==(const Type&) const = default; \
  };
POSTERN_SECTIONS(POSTERN_STRUCT, POSTERN_STRUCT)
#undef POSTERN_STRUCT
#undef POSTERN_FIELD

#define POSTERN_ONE(macro, Type, key, sentence) Type key;
#define POSTERN_MANY(macro, Type, key, sentence) std::vector<Type> key;
struct Settings {
  POSTERN_SECTIONS(POSTERN_ONE, POSTERN_MANY)

  std::string file;  // where it came from; "" for the defaults
  bool operator==(const Settings&) const = default;

  [[nodiscard]] std::string records_path() const { return gateway.data_dir + "/records.db"; }
  [[nodiscard]] std::string dkim_key_path() const {
    return tls_reports.dkim_key.empty() ? gateway.data_dir + "/dkim.pem" : tls_reports.dkim_key;
  }
  // Certificates that the gateway gets by itself.
  [[nodiscard]] std::string certificates_path() const { return gateway.data_dir + "/certificates"; }
  [[nodiscard]] std::string queue_path() const { return gateway.data_dir + "/queue"; }
  [[nodiscard]] std::string control_path() const {
    return gateway.control_socket.empty() ? gateway.data_dir + "/control.sock"
                                          : gateway.control_socket;
  }
};
#undef POSTERN_ONE
#undef POSTERN_MANY

[[nodiscard]] Settings default_settings();
[[nodiscard]] base::Result<Settings> parse_settings(std::string_view toml, std::string file);
[[nodiscard]] base::Result<Settings> read_settings(const std::string& file);

// "64MiB", "10kB", "1024": bytes; false for anything else.
[[nodiscard]] bool parse_size(std::string_view text, std::int64_t& bytes);

[[nodiscard]] std::string example_configuration();  // a commented TOML file with every setting
[[nodiscard]] std::string settings_reference();     // docs/settings.md

}  // namespace postern::app
