#include "io/records/describe.h"

#include "core/base/text.h"
#include "core/policy/words.h"
#include "core/tls/source_value.h"
#include "io/records/digest.h"

namespace postern::records {
namespace {

using base::JsonWriter;

void list(JsonWriter& json, std::string_view name, const std::vector<dns::Domain>& domains) {
  json.key(name).begin_array();
  for (const auto& domain : domains) json.value(domain.text());
  json.end_array();
}

void list(JsonWriter& json, std::string_view name, const std::vector<tls::HostPattern>& patterns) {
  json.key(name).begin_array();
  for (const auto& pattern : patterns) json.value(pattern.text());
  json.end_array();
}

void list(JsonWriter& json, std::string_view name, const std::vector<tls::Sha256>& digests) {
  json.key(name).begin_array();
  for (const auto& digest : digests) json.value(base::hex(digest));
  json.end_array();
}

void moment(JsonWriter& json, std::string_view name, const std::optional<base::Instant>& time) {
  json.key(name);
  if (time) {
    json.value(base::rfc3339(*time));
  } else {
    json.null();
  }
}

void text_or_null(JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void login(JsonWriter& json, const std::optional<policy::Login>& login) {
  text_or_null(json, "login_user", login ? login->user : "");
}

}  // namespace

void describe(JsonWriter& json, const policy::Account& account) {
  json.field("id", account.id.value).field("name", account.name).field("title", account.title);
  text_or_null(json, "ca_bundle_sha256",
               account.ca_bundle.empty() ? "" : sha256_hex(account.ca_bundle));
}

void describe(JsonWriter& json, const policy::InternalDomain& domain) {
  json.field("id", domain.id.value).field("domain", domain.domain.text());
  json.field("validated", domain.validated).field("validation_token", domain.validation_token);
  json.field("enforce_receipt", domain.enforce_receipt);
  json.field("sts_mode", policy::sts_mode_text(domain.sts.mode));
  json.field("sts_max_age", domain.sts.max_age.count());
  list(json, "sts_mx", domain.sts.mx);
}

void describe(JsonWriter& json, const policy::InternalRoute& route) {
  json.field("id", route.id.value).field("kind", "internal").field("domain", route.domain.text());
  json.field("host", route.host).field("port", route.port).field("priority", route.priority);
  json.field("tls", policy::tls_start_text(route.start)).field("mode", tls::api_value(route.mode));
  list(json, "names", route.names);
  login(json, route.login);
}

void describe(JsonWriter& json, const policy::ExternalRoute& route) {
  json.field("id", route.id.value).field("kind", "external");
  json.field("domain", route.domain.empty() ? "*" : route.domain.text());
  json.field("host", route.host).field("port", route.port).field("priority", route.priority);
  json.field("tls", policy::tls_start_text(route.start)).field("mode", tls::api_value(route.mode));
  text_or_null(json, "verify_name", route.verify_name.text());
  json.field("consult_published", route.consult_published);
  login(json, route.login);
}

void describe(JsonWriter& json, const policy::InternalSender& sender) {
  json.field("id", sender.id.value).field("kind", policy::sender_kind_text(sender.kind));
  text_or_null(json, "range", sender.range ? sender.range->to_string() : "");
  text_or_null(json, "user", sender.user);
  json.field("password_set", !sender.password_hash.empty());
  const bool keyed = sender.certificate_spki != tls::Sha256{};
  text_or_null(json, "certificate_spki", keyed ? base::hex(sender.certificate_spki) : "");
  json.field("require_tls", sender.require_tls).field("note", sender.note);
}

void describe(JsonWriter& json, const policy::Policy& policy) {
  json.field("id", policy.id.value).field("domain", policy.scope.text());
  list(json, "exclude", policy.scope.exclusions);
  json.field("mode", tls::api_value(policy.mode)).field("stage", tls::stage_text(policy.stage));
  json.field("delivery", policy.delivery).field("receipt", policy.receipt);
  json.field("require", policy::accept_text(policy.accept));
  json.field("floor", policy::floor_text(policy.floor));
  list(json, "mx", policy.mx_pins);
  list(json, "names", policy.names);
  list(json, "spki", policy.spki_pins);
  list(json, "client_names", policy.client_names);
  json.field("on_failure", policy::on_failure_text(policy.on_failure));
  json.field("time_limit", base::duration_text(policy.time_limit));
  moment(json, "valid_from", policy.valid_from);
  moment(json, "valid_until", policy.valid_until);
  json.field("note", policy.note).field("author", policy.author);
  json.field("created", base::rfc3339(policy.created));
}

void describe(JsonWriter& json, const policy::Exception& exception) {
  json.field("id", exception.id.value).field("domain", exception.domain.text());
  json.field("mode", tls::api_value(exception.mode)).field("reason", exception.reason);
  json.field("author", exception.author).field("created", base::rfc3339(exception.created));
  json.field("end", base::rfc3339(exception.end));
}

void describe(JsonWriter& json, const std::vector<tls::Considered>& sources) {
  json.begin_array();
  for (const auto& line : sources) {
    json.begin_object().field("kind", tls::source_value(line.source.kind));
    json.field("id", line.source.id).field("name", line.source.name);
    json.field("mode", tls::api_value(line.mode)).field("fate", tls::fate_text(line.fate));
    json.field("rule", line.rule).end_object();
  }
  json.end_array();
}

void describe(JsonWriter& json, const queue::Attempt& attempt) {
  json.field("time", base::rfc3339(attempt.time)).field("took_us", attempt.took.count());
  json.field("node", attempt.node).field("account_id", attempt.account.value);
  text_or_null(json, "message", attempt.message ? base::queue_id(attempt.message) : "");
  json.field("hop", queue::hop_text(attempt.hop)).field("domain", attempt.domain);
  json.field("peer_host", attempt.peer_host).field("peer_address", attempt.peer_address);
  json.field("required", tls::api_value(attempt.required)).key("sources");
  describe(json, attempt.sources);
  json.field("met", attempt.met).field("would_fail", attempt.would_fail);
  json.field("used_exception", attempt.used_exception);
  json.field("tls_version", tls::version_text(attempt.version)).field("cipher", attempt.cipher);
  json.field("group", attempt.group).field("certificate_sha256", attempt.certificate_sha256);
  json.field("issuer", attempt.issuer).field("expiry", attempt.expiry);
  json.field("matched_name", attempt.matched_name);
  json.field("authentication", tls::method_text(attempt.method));
  json.field("outcome", queue::outcome_text(attempt.outcome));
  json.field("reason", attempt.reason).field("detail", attempt.detail);
}

}  // namespace postern::records
