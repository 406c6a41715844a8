#include "app/cli/exception_kind.h"

#include "core/policy/validate.h"
#include "io/records/describe.h"

namespace postern::cli {

namespace {

using policy::Exception;

base::Result<> read_end(Exception& one, std::string_view text) {
  const auto time = base::parse_rfc3339(text);
  if (time) {
    one.end = *time;
    return {};
  }
  return base::fail("invalid-value",
                    fmt::format("\"{}\" is not a time: write 2027-01-31 or 2027-01-31T12:00:00Z.",
                                base::printable(text, 120)));
}

base::Result<> read_nothing(Exception&, std::string_view) { return {}; }

constexpr std::array kFields{
    Field<Exception>{{"mode", "MODE", "What is allowed meanwhile: opportunistic or relaxed"},
                     [](Exception& e, std::string_view text) {
                       return read_word(e.mode, tls::Mode::opportunistic, text, &tls::parse_mode,
                                        "opportunistic, relaxed");
                     },
                     [](const Exception& e) { return std::string(tls::api_value(e.mode)); }},
    Field<Exception>{{"end", "TIME", "Until when, within 30 days"},
                     &read_end,
                     [](const Exception& e) { return base::rfc3339(e.end); }},
    Field<Exception>{{"reason", "TEXT", "Why"},
                     [](Exception& e, std::string_view text) { return read_note(e.reason, text); },
                     [](const Exception& e) { return e.reason; }},
    Field<Exception>{
        {"author", "NAME", ""}, &read_nothing, [](const Exception& e) { return e.author; }},
    Field<Exception>{{"created", "TIME", ""},
                     &read_nothing,
                     [](const Exception& e) { return base::rfc3339(e.created); }},
};

}  // namespace

std::span<const Field<Exception>> exception_fields() { return kFields; }
std::span<const Field<Exception>> ExceptionKind::fields() const { return kFields; }

std::vector<Exception> ExceptionKind::all(const RecordsSession& session) const {
  std::vector<Exception> found;
  for (const Exception& one : session.configuration.exceptions) {
    if (one.account == account_ && one.end > now_) found.push_back(one);
  }
  std::ranges::sort(found, {}, [](const Exception& one) { return std::pair(one.end, one.id); });
  return found;
}

std::expected<Exception, Refusal> ExceptionKind::begin(std::string_view name,
                                                       const FieldTexts&) const {
  auto domain = dns::Domain::parse(base::trim(name));
  if (!domain) return std::unexpected(Refusal{"Invalid Domain", domain.error().text});
  Exception fresh;
  fresh.account = account_;
  fresh.domain = *std::move(domain);
  fresh.author = author_;
  fresh.created = now_;
  return fresh;
}

base::Result<> ExceptionKind::finish(Exception& one, const Exception*) const {
  if (one.end == base::Instant{}) {
    return base::fail("invalid-exception",
                      "It has no end: give one in the column end, or with --end.");
  }
  if (one.end <= now_) {
    return base::fail("invalid-exception", fmt::format("It ended {} already: give a later end.",
                                                       base::rfc3339(one.end)));
  }
  return policy::validate(one);
}

void ExceptionKind::describe(base::JsonWriter& json, const RecordsSession& session,
                             const Exception& one) const {
  json.field("account", session.account.name);
  records::describe(json, one);
  json.field("active", one.end > now_);
}

}  // namespace postern::cli
