#include "io/spool/json_text.h"

#include <boost/json.hpp>
#include <charconv>
#include <initializer_list>

namespace postern::spool {
namespace {

namespace json = boost::json;

// --- writing -------------------------------------------------------------------------------------
// By hand, not with base::JsonWriter: every message passes here, and an address must come back byte
// for byte even if it is not valid UTF-8.

void append_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) continue;
    out += text.substr(plain, i - plain);
    plain = i + 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    }
  }
  out += text.substr(plain);
  out += '"';
}

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) append_string(member(name), value);
  }
  void integer(std::string_view name, std::int64_t value) {
    if (value != 0) append_integer(member(name), value);
  }
  void truth(std::string_view name) { member(name) += "true"; }
  std::string& member(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_sources(std::string& out, const std::vector<tls::Considered>& sources) {
  out += '[';
  for (const auto& line : sources) {
    if (&line != &sources.front()) out += ',';
    ObjectText object(out);
    object.text("kind", tls::source_text(line.source.kind));
    object.integer("id", line.source.id);
    object.text("name", line.source.name);
    object.text("mode", tls::api_value(line.mode));
    object.text("fate", tls::fate_text(line.fate));
    object.text("rule", line.rule);
    object.end();
  }
  out += ']';
}

// --- reading -------------------------------------------------------------------------------------

base::Failure unreadable(std::string_view what) {
  return {"queue-row-unreadable",
          "A row of the queue database does not hold " + std::string(what) +
              " as JSON. Somebody has changed it, or the disk has.",
          {}};
}

std::optional<json::value> parsed(std::string_view text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // an address is stored as it was given
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return std::nullopt;
  return value;
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::int64_t integer_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool truth_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value != nullptr && value->is_bool() && value->get_bool();
}

// The enumerator that is spelt so; the first when none is, as its text is left out or unknown.
template <class E, class Spell>
E enumerator_of(std::initializer_list<E> all, Spell spell, std::string_view text) {
  for (const E e : all) {
    if (spell(e) == text) return e;
  }
  return *all.begin();
}

tls::Considered considered_of(const json::object& object) {
  using enum tls::SourceKind;
  using Fate = tls::Considered::Fate;
  tls::Considered line;
  line.source.kind =
      enumerator_of({floor, policy, internal_route, external_route, dane, mta_sts, requiretls},
                    tls::source_text, text_of(object, "kind"));
  line.source.id = integer_of(object, "id");
  line.source.name = text_of(object, "name");
  line.mode = enumerator_of({tls::Mode::opportunistic, tls::Mode::relaxed, tls::Mode::strict},
                            tls::api_value, text_of(object, "mode"));
  line.fate = enumerator_of({Fate::joined, Fate::monitored, Fate::lost, Fate::waived, Fate::absent},
                            tls::fate_text, text_of(object, "fate"));
  line.rule = text_of(object, "rule");
  return line;
}

std::optional<queue::Recipient> recipient_of(const json::value& value) {
  queue::Recipient recipient;
  if (value.is_string()) {
    recipient.address.assign(value.get_string().data(), value.get_string().size());
    return recipient;
  }
  if (!value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  recipient.address = text_of(object, "to");
  recipient.original = text_of(object, "original");
  recipient.notify = static_cast<std::uint8_t>(integer_of(object, "notify"));
  return recipient;
}

void read_tls(const json::object& object, queue::Attempt& attempt) {
  using enum tls::Version;
  attempt.version = enumerator_of({none, tls1_0, tls1_1, tls1_2, tls1_3}, tls::version_text,
                                  text_of(object, "version"));
  attempt.cipher = text_of(object, "cipher");
  attempt.group = text_of(object, "group");
  attempt.certificate_sha256 = text_of(object, "certificate");
  attempt.issuer = text_of(object, "issuer");
  attempt.expiry = text_of(object, "expiry");
  attempt.matched_name = text_of(object, "matched_name");
  attempt.method = enumerator_of(
      {tls::AuthMethod::none, tls::AuthMethod::pkix, tls::AuthMethod::dane, tls::AuthMethod::pin},
      tls::method_text, text_of(object, "method"));
}

}  // namespace

std::string recipients_json(const std::vector<queue::Recipient>& recipients) {
  std::string out = "[";
  for (const auto& recipient : recipients) {
    if (&recipient != &recipients.front()) out += ',';
    if (recipient.original.empty() && recipient.notify == 0) {
      append_string(out, recipient.address);
      continue;
    }
    ObjectText object(out);
    object.text("to", recipient.address);
    object.text("original", recipient.original);
    object.integer("notify", recipient.notify);
    object.end();
  }
  out += ']';
  return out;
}

base::Result<std::vector<queue::Recipient>> parse_recipients(std::string_view text) {
  const auto value = parsed(text);
  if (!value || !value->is_array()) return std::unexpected(unreadable("recipients"));
  std::vector<queue::Recipient> recipients;
  for (const json::value& item : value->get_array()) {
    auto recipient = recipient_of(item);
    if (!recipient) return std::unexpected(unreadable("recipients"));
    recipients.push_back(std::move(*recipient));
  }
  return recipients;
}

std::string attempt_json(const queue::Attempt& attempt) {
  std::string out;
  out.reserve(1024);
  ObjectText object(out);
  object.text("time", base::rfc3339(attempt.time));
  object.integer("took", attempt.took.count());
  object.text("node", attempt.node);
  object.integer("account", attempt.account.value);
  object.integer("message", attempt.message.value);
  object.integer("delivery", attempt.delivery.value);
  object.text("hop", queue::hop_text(attempt.hop));
  object.text("domain", attempt.domain);
  object.text("peer_host", attempt.peer_host);
  object.text("peer_address", attempt.peer_address);
  object.text("required", tls::api_value(attempt.required));
  if (!attempt.sources.empty()) append_sources(object.member("sources"), attempt.sources);
  if (!attempt.met) object.truth("unmet");
  object.text("would_fail", attempt.would_fail);
  if (attempt.used_exception) object.truth("used_exception");
  if (attempt.version != tls::Version::none) {
    object.text("version", tls::version_text(attempt.version));
    object.text("cipher", attempt.cipher);
    object.text("group", attempt.group);
    object.text("certificate", attempt.certificate_sha256);
    object.text("issuer", attempt.issuer);
    object.text("expiry", attempt.expiry);
    object.text("matched_name", attempt.matched_name);
    object.text("method", tls::method_text(attempt.method));
  }
  object.text("outcome", queue::outcome_text(attempt.outcome));
  object.text("reason", attempt.reason);
  object.text("detail", attempt.detail);
  object.end();
  return out;
}

base::Result<queue::Attempt> parse_attempt(std::string_view text) {
  using enum queue::AttemptOutcome;
  using queue::Hop;
  const auto value = parsed(text);
  if (!value || !value->is_object()) return std::unexpected(unreadable("an attempt"));
  const auto& object = value->get_object();
  const auto time = base::parse_rfc3339(text_of(object, "time"));
  if (!time) return std::unexpected(unreadable("an attempt"));

  queue::Attempt attempt;
  attempt.time = *time;
  attempt.took = base::Duration(integer_of(object, "took"));
  attempt.node = text_of(object, "node");
  attempt.account.value = integer_of(object, "account");
  attempt.message.value = integer_of(object, "message");
  attempt.delivery.value = integer_of(object, "delivery");
  attempt.hop = enumerator_of({Hop::partner_to_gateway, Hop::gateway_to_internal,
                               Hop::internal_to_gateway, Hop::gateway_to_partner},
                              queue::hop_text, text_of(object, "hop"));
  attempt.domain = text_of(object, "domain");
  attempt.peer_host = text_of(object, "peer_host");
  attempt.peer_address = text_of(object, "peer_address");
  attempt.required =
      enumerator_of({tls::Mode::opportunistic, tls::Mode::relaxed, tls::Mode::strict},
                    tls::api_value, text_of(object, "required"));
  if (const json::value* sources = object.if_contains("sources"); sources && sources->is_array()) {
    for (const json::value& line : sources->get_array()) {
      if (line.is_object()) attempt.sources.push_back(considered_of(line.get_object()));
    }
  }
  attempt.met = !truth_of(object, "unmet");
  attempt.would_fail = text_of(object, "would_fail");
  attempt.used_exception = truth_of(object, "used_exception");
  read_tls(object, attempt);
  attempt.outcome = enumerator_of({accepted, delivered, deferred, refused, bounced, probed},
                                  queue::outcome_text, text_of(object, "outcome"));
  attempt.reason = text_of(object, "reason");
  attempt.detail = text_of(object, "detail");
  return attempt;
}

}  // namespace postern::spool
