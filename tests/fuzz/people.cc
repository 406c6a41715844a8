// What administrators and browsers hand in: requests, their bodies, imports, the configuration file.
#include "app/settings.h"
#include "core/base/text.h"
#include "core/onboarding/csv.h"
#include "io/http/http.h"
#include "io/http/url.h"
#include "require.h"
#include "service/api/authority.h"
#include "service/api/policy_types.h"
#include "service/api/read.h"
#include "service/api/session_types.h"
#include "service/api/write.h"
#include "targets.h"

namespace postern::fuzz {
namespace {

// A body that is taken says the same again when it is written; one that is not has its reasons.
template <class T>
void require_strict(const std::string& bytes) {
  const auto value = api::read_body<T>(bytes);
  if (!value) {
    require(value.error().status == 400 || value.error().status == 422, "a refusal, not a failure");
    require(value.error().status == 400 || !value.error().errors.empty(), "every refusal says why");
    return;
  }
  const std::string text = api::json_text(*value);
  require(base::is_valid_utf8(text), "JSON is UTF-8");
  const auto again = api::read_body<T>(text);
  require(again && api::json_text(*again) == text, "a body reads back as itself");
}

}  // namespace

void csv_table(std::string_view bytes) {
  const auto table = onboarding::read_csv(bytes);
  if (!table) return;
  int line = 0;
  for (const onboarding::CsvRow& row : table->rows) {
    require(row.line > line, "rows come in the order of their lines");
    line = row.line;
    require(!row.problem.empty() || row.fields.size() == table->columns.size(),
            "a field for each column");
  }
}

void request_target(std::string_view bytes) {
  std::string path;
  std::map<std::string, std::string> query;
  if (http::split_target(bytes, path, query)) {
    require(path.starts_with('/') && path.find("/../") == std::string::npos, "no way upwards");
    std::string again;
    std::map<std::string, std::string> fields;
    require(http::split_target(http::make_target(path, query), again, fields) && again == path &&
                fields == query,
            "a target reads back as itself");
  }
  std::string decoded;
  require(!http::percent_decode(http::percent_encode(bytes), decoded) || decoded == bytes,
          "what is encoded reads back as itself");
  const std::string host = api::host_of(bytes);
  require(host.size() <= bytes.size(), "a host is no longer than its authority");
  const base::IpAddress peer = *base::IpAddress::parse("192.0.2.1");
  const base::IpRange proxies = *base::IpRange::parse("192.0.2.0/24");
  require(api::client_behind({}, peer, bytes) == peer, "no stranger says who the client is");
  (void)api::client_behind({proxies}, peer, bytes);
}

void api_body(std::string_view bytes) {
  const std::string body(bytes);
  require_strict<api::SignIn>(body);
  require_strict<api::Setup>(body);
  require_strict<api::PolicyInput>(body);
}

void settings(std::string_view bytes) {
  const auto read = app::parse_settings(bytes, "postern.toml");
  if (read) return;
  require(read.error().code == "configuration", "a mistake is one of the configuration");
  require(read.error().text.starts_with("postern.toml"), "a mistake has a place");
}

}  // namespace postern::fuzz
