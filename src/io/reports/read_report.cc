#include "io/reports/read_report.h"

#include <fmt/core.h>

#include <boost/json.hpp>

#include "core/base/ip_address.h"
#include "core/base/text.h"
#include "io/reports/bounded_json.h"
#include "io/zip/gzip.h"

namespace postern::reports {
namespace {

namespace json = boost::json;
using base::Severity;
using tlsrpt::FailedWith;
using tlsrpt::Failures;
using tlsrpt::PolicyResult;
using tlsrpt::Report;

constexpr std::size_t kMostFindings = 100;

// Where in the report: "policies[2]", and a member below it.
std::string below(const std::string& place, std::string_view name) {
  return place.empty() ? std::string(name) : place + "." + std::string(name);
}

class Reader {
 public:
  explicit Reader(base::Examined<Report>& out) : out_(out) {}
  void read(const json::value& root);

 private:
  void read_period(const json::object& root, Report& report);
  std::optional<base::Instant> read_time(const json::object& range, std::string_view name);
  void read_policies(const json::object& root, Report& report);
  void read_policy(const json::value& value, const std::string& place, Report& report);
  bool read_applied(const json::object& object, const std::string& place, PolicyResult& result);
  void read_summary(const json::object& object, const std::string& place, PolicyResult& result);
  void read_failures(const json::object& object, const std::string& place, PolicyResult& result);
  void read_failure(const json::value& value, const std::string& place, PolicyResult& result);
  void compare(const std::string& place, const PolicyResult& result);

  // A member, null counting as none.
  static const json::value* member(const json::object& object, std::string_view name);
  std::string text(const json::object& object, const std::string& place, std::string_view name);
  std::string address(const json::object& object, const std::string& place, std::string_view name);
  std::vector<std::string> list(const json::object& object, const std::string& place,
                                std::string_view name);
  std::int64_t count(const json::object& object, const std::string& place, std::string_view name);
  std::string shown(const json::string& text, const std::string& place);

  void say(Severity severity, std::string place, std::string text, std::string remedy = {});
  void error(std::string place, std::string text) {
    say(Severity::error, std::move(place), std::move(text));
  }
  void warn(std::string place, std::string text) {
    say(Severity::warning, std::move(place), std::move(text));
  }

  base::Examined<Report>& out_;
  std::size_t failures_ = 0;
  std::size_t entries_ = 0;
  bool failed_ = false;
};

void Reader::say(Severity severity, std::string place, std::string text, std::string remedy) {
  const bool first_error = severity == Severity::error && !failed_;
  failed_ = failed_ || first_error;
  // The first error always has its place in the list: without one there would be a value.
  if (out_.findings.size() >= kMostFindings && !first_error) return;
  out_.findings.push_back({severity, std::move(place), std::move(text), std::move(remedy)});
}

const json::value* Reader::member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_null() ? nullptr : found;
}

std::string Reader::shown(const json::string& text, const std::string& place) {
  if (text.size() > longest_text) warn(place, "The text is very long; it was cut.");
  return base::printable({text.data(), text.size()}, longest_text);
}

std::string Reader::text(const json::object& object, const std::string& place,
                         std::string_view name) {
  const json::value* found = member(object, name);
  if (found == nullptr) return {};
  if (const json::string* string = found->if_string()) return shown(*string, below(place, name));
  warn(below(place, name), "It is not text; it was skipped.");
  return {};
}

std::string Reader::address(const json::object& object, const std::string& place,
                            std::string_view name) {
  std::string written = text(object, place, name);
  if (written.empty()) return written;
  if (const auto address = base::IpAddress::parse(written)) return address->to_string();
  warn(below(place, name), fmt::format("\"{}\" is not an IP address.", written));
  return written;
}

std::vector<std::string> Reader::list(const json::object& object, const std::string& place,
                                      std::string_view name) {
  std::vector<std::string> texts;
  const json::value* found = member(object, name);
  if (found == nullptr) return texts;
  const std::string here = below(place, name);
  if (const json::string* single = found->if_string()) {
    // What the first print of the standard showed for mx-host (erratum 6241).
    say(Severity::note, here, "It is a single text where a list belongs.", "Write a list of one.");
    texts.push_back(shown(*single, here));
  } else if (const json::array* items = found->if_array()) {
    for (const json::value& item : *items) {
      if (++entries_ > most_list_entries) {
        error(here, fmt::format("The report lists more than {} lines and hosts of policies.",
                                most_list_entries));
        return {};
      }
      if (const json::string* string = item.if_string()) texts.push_back(shown(*string, here));
    }
    if (texts.size() < items->size()) warn(here, "It lists things that are not text.");
  } else {
    warn(here, "It is neither a list nor text; it was skipped.");
  }
  return texts;
}

std::int64_t Reader::count(const json::object& object, const std::string& place,
                           std::string_view name) {
  const std::string here = below(place, name);
  const json::value* found = member(object, name);
  if (found == nullptr) {
    error(here, "The count is missing.");
    return 0;
  }
  const std::int64_t* number = found->if_int64();
  if (number == nullptr || *number < 0) {
    error(here, "It is not a whole number from 0.");
    return 0;
  }
  return *number;
}

std::optional<base::Instant> Reader::read_time(const json::object& range, std::string_view name) {
  const std::string here = below("date-range", name);
  const std::string written = text(range, "date-range", name);
  if (written.empty()) {
    error(here, "The time is missing.");
    return std::nullopt;
  }
  if (const auto time = base::parse_rfc3339(written)) return time;
  if (const auto time = base::parse_rfc3339(written + "Z")) {
    say(Severity::note, here, "The time has no zone; it was read as UTC.", "End it with \"Z\".");
    return time;
  }
  error(here, fmt::format("\"{}\" is not a time as RFC 3339 writes it.", written));
  return std::nullopt;
}

void Reader::read_period(const json::object& root, Report& report) {
  const json::value* found = member(root, "date-range");
  const json::object* range = found != nullptr ? found->if_object() : nullptr;
  if (range == nullptr) return error("date-range", "The period is missing.");
  const auto begin = read_time(*range, "start-datetime");
  const auto end = read_time(*range, "end-datetime");
  if (!begin || !end) return;
  report.begin = *begin;
  report.end = *end;
  if (*end < *begin) return error("date-range", "It ends before it begins.");
  if (*end - *begin > std::chrono::days(1)) warn("date-range", "It is longer than a day.");
}

bool Reader::read_applied(const json::object& object, const std::string& place,
                          PolicyResult& result) {
  const json::value* found = member(object, "policy");
  const json::object* policy = found != nullptr ? found->if_object() : nullptr;
  const std::string here = below(place, "policy");
  if (policy == nullptr) {
    error(here, "The policy is missing.");
    return false;
  }
  const std::string type = text(*policy, here, "policy-type");
  const auto known = tlsrpt::parse_policy_type(type);
  if (!known) {
    warn(below(here, "policy-type"),
         fmt::format("\"{}\" is no type of policy; the entry was skipped.", type));
    return false;
  }
  result.policy.type = *known;
  result.policy.strings = list(*policy, here, "policy-string");
  result.policy.mx_hosts = list(*policy, here, "mx-host");
  result.policy.domain = text(*policy, here, "policy-domain");
  const auto domain = dns::Domain::parse(result.policy.domain);
  if (domain) {
    result.policy.domain = domain->text();
  } else {
    error(below(here, "policy-domain"), "It is missing, or not a domain name.");
  }
  return true;
}

void Reader::read_summary(const json::object& object, const std::string& place,
                          PolicyResult& result) {
  const json::value* found = member(object, "summary");
  const json::object* summary = found != nullptr ? found->if_object() : nullptr;
  const std::string here = below(place, "summary");
  if (summary == nullptr) return error(here, "The summary is missing.");
  result.successful_sessions = count(*summary, here, "total-successful-session-count");
  result.failed_sessions = count(*summary, here, "total-failure-session-count");
}

void Reader::read_failure(const json::value& value, const std::string& place,
                          PolicyResult& result) {
  const json::object* object = value.if_object();
  if (object == nullptr) return error(place, "It is not an object.");
  Failures failure;
  FailedWith& with = failure.with;
  with.result_type = text(*object, place, "result-type");
  with.sending_mta_ip = address(*object, place, "sending-mta-ip");
  with.receiving_mx = text(*object, place, "receiving-mx-hostname");
  with.receiving_helo = text(*object, place, "receiving-mx-helo");
  with.receiving_ip = address(*object, place, "receiving-ip");
  with.additional_information = text(*object, place, "additional-information");
  with.reason_code = text(*object, place, "failure-reason-code");
  failure.sessions = count(*object, place, "failed-session-count");
  if (tlsrpt::find_result_type(with.result_type) == nullptr) {
    warn(below(place, "result-type"),
         with.result_type.empty()
             ? "It is missing."
             : fmt::format("The standard has no result \"{}\".", with.result_type));
  }
  result.failures.push_back(std::move(failure));
}

void Reader::read_failures(const json::object& object, const std::string& place,
                           PolicyResult& result) {
  const json::value* found = member(object, "failure-details");
  if (found == nullptr) return;
  const std::string here = below(place, "failure-details");
  const json::array* details = found->if_array();
  if (details == nullptr) return error(here, "It is not a list.");
  for (std::size_t i = 0; i < details->size(); ++i) {
    if (++failures_ > most_failures) {
      return error(here, fmt::format("The report has more than {} failures.", most_failures));
    }
    read_failure((*details)[i], fmt::format("{}[{}]", here, i), result);
  }
}

// The details may be fewer than the summary counts, for a sender may leave them out.
void Reader::compare(const std::string& place, const PolicyResult& result) {
  std::int64_t detailed = 0;
  for (const Failures& failure : result.failures) {
    if (__builtin_add_overflow(detailed, failure.sessions, &detailed)) {
      return error(below(place, "failure-details"),
                   "The counts add up to more than a number holds.");
    }
  }
  if (detailed > result.failed_sessions) {
    warn(below(place, "summary"),
         fmt::format("It counts {} failed sessions; the details add up to {}.",
                     result.failed_sessions, detailed));
  }
}

void Reader::read_policy(const json::value& value, const std::string& place, Report& report) {
  const json::object* object = value.if_object();
  if (object == nullptr) return error(place, "It is not an object.");
  PolicyResult result;
  if (!read_applied(*object, place, result)) return;
  read_summary(*object, place, result);
  read_failures(*object, place, result);
  compare(place, result);
  report.policies.push_back(std::move(result));
}

void Reader::read_policies(const json::object& root, Report& report) {
  const json::value* found = member(root, "policies");
  const json::array* policies = found != nullptr ? found->if_array() : nullptr;
  if (policies == nullptr) return error("policies", "The list of policies is missing.");
  if (policies->empty()) warn("policies", "The list is empty: the report says nothing.");
  if (policies->size() > most_policies) {
    return error("policies", fmt::format("The list has more than {} entries.", most_policies));
  }
  for (std::size_t i = 0; i < policies->size() && failures_ <= most_failures; ++i) {
    read_policy((*policies)[i], fmt::format("policies[{}]", i), report);
  }
}

void Reader::read(const json::value& root) {
  const json::object* object = root.if_object();
  if (object == nullptr) return error("", "The report is not a JSON object.");
  Report report;
  report.organization = text(*object, "", "organization-name");
  report.contact = text(*object, "", "contact-info");
  report.id = text(*object, "", "report-id");
  if (report.organization.empty()) warn("organization-name", "Who sends the report is missing.");
  if (report.contact.empty()) warn("contact-info", "Whom to ask about it is missing.");
  if (report.id.empty()) {
    warn("report-id", "It is missing: a report that comes twice cannot be told.");
  }
  read_period(*object, report);
  read_policies(*object, report);
  if (!failed_) out_.value = std::move(report);
}

}  // namespace

base::Examined<Report> examine_report(std::string_view bytes) {
  base::Examined<Report> out;
  const auto refuse = [&](const std::string& text) {
    out.findings.push_back({Severity::error, "", text, ""});
    return std::move(out);
  };
  std::string inflated;
  if (zip::is_gzip(bytes)) {
    auto unpacked = zip::gunzip(bytes, {.compressed = largest_gzip, .inflated = largest_json});
    if (!unpacked) return refuse(unpacked.error().text);
    inflated = *std::move(unpacked);
    bytes = inflated;
  } else if (bytes.size() > largest_json) {
    return refuse(fmt::format("The report has more than {} bytes.", largest_json));
  }
  auto parsed = BoundedJson::parse(bytes, deepest_json, most_json_memory);
  if (!parsed) return refuse(parsed.error().text);
  Reader(out).read(parsed->root());
  return out;
}

base::Result<Report> read_report(std::string_view bytes) {
  base::Examined<Report> examined = examine_report(bytes);
  if (examined.value) return *std::move(examined.value);
  return base::fail("report-invalid", base::sentence(*base::first_error(examined.findings)));
}

}  // namespace postern::reports
