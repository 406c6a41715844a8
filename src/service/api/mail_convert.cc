#include "service/api/mail_convert.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/tls/judge.h"
#include "core/tls/own_server.h"
#include "service/api/convert.h"

namespace postern::api {

namespace {

constexpr std::int64_t usual_page = 100;
constexpr std::int64_t largest_page = 1000;

bool goes_elsewhere(const queue::Delivery& delivery, const policy::PolicyBook& book,
                    base::AccountId account) {
  if (delivery.destination.leg != queue::Leg::internal) return false;
  const policy::InternalDomain* domain = book.internal_domain(delivery.destination.domain);
  return domain != nullptr && domain->account != account;
}

Delivery delivery_of(const queue::Delivery& delivery, const policy::PolicyBook& book,
                     base::AccountId account) {
  Delivery out;
  out.id = delivery.id.value;
  out.domain = delivery.destination.domain.text();
  out.leg = queue::leg_text(delivery.destination.leg);
  out.state = delivery.state == queue::State::held ? "held" : "queued";
  out.due = delivery.due;
  out.attempts = delivery.attempts;
  for (const queue::Recipient& recipient : delivery.destination.recipients) {
    out.recipients.push_back(base::printable(recipient.address));
  }
  if (delivery.last.code.empty()) return out;
  out.reason = delivery.last.code;
  if (goes_elsewhere(delivery, book, account)) {
    out.why = "The servers of this domain, which belongs to another account, did not take it yet.";
    out.remedy = "Its administrators see why.";
    return out;
  }
  out.why = delivery.last.text;
  const tls::ReasonInfo& info = tls::reason_info(delivery.last.code);
  const bool inside = delivery.destination.leg == queue::Leg::internal;
  if (info.code == delivery.last.code) {
    out.remedy = inside ? tls::own_server_remedy(info.code) : info.remedy;
  }
  out.host = delivery.last.host;
  out.diagnostic = delivery.last.diagnostic;
  return out;
}

}  // namespace

Message shown(const spool::MessageInfo& message, const policy::PolicyBook& book,
              base::AccountId account) {
  Message out;
  out.id = base::queue_id(message.id);
  out.sender = base::printable(message.envelope.sender);
  out.size = message.envelope.size;
  out.accepted = message.envelope.accepted;
  out.from_host = base::printable(message.envelope.from_host);
  for (const queue::Delivery& delivery : message.deliveries) {
    out.deliveries.push_back(delivery_of(delivery, book, account));
  }
  return out;
}

Attempt shown(const records::EvidenceRow& row) {
  const queue::Attempt& attempt = row.attempt;
  Attempt out;
  out.row = row.row;
  out.time = attempt.time;
  out.took_us = attempt.took.count();
  out.node = attempt.node;
  if (attempt.message) out.message = base::queue_id(attempt.message);
  out.hop = attempt.hop;
  out.domain = attempt.domain;
  out.peer_host = base::printable(attempt.peer_host);
  out.peer_address = attempt.peer_address;
  out.required = attempt.required;
  out.sources = shown(attempt.sources);
  out.met = attempt.met;
  out.would_fail = attempt.would_fail;
  if (!out.would_fail.empty()) out.would_fail_why = tls::reason_info(out.would_fail).meaning;
  out.used_exception = attempt.used_exception;
  out.tls_version = tls::version_text(attempt.version);
  out.cipher = attempt.cipher;
  out.group = attempt.group;
  out.certificate_sha256 = attempt.certificate_sha256;
  out.issuer = attempt.issuer;
  out.expiry = attempt.expiry;
  out.matched_name = attempt.matched_name;
  out.authentication = tls::method_text(attempt.method);
  out.outcome = attempt.outcome;
  out.reason = attempt.reason;
  out.detail = attempt.detail;
  return out;
}

Attempt shown_elsewhere(const records::EvidenceRow& row) {
  const queue::Attempt& attempt = row.attempt;
  Attempt out;
  out.row = row.row;
  out.time = attempt.time;
  out.message = base::queue_id(attempt.message);
  out.hop = attempt.hop;
  out.domain = attempt.domain;
  out.met = attempt.met;
  out.tls_version = tls::version_text(attempt.version);
  out.authentication = tls::method_text(attempt.method);
  out.outcome = attempt.outcome;
  return out;
}

AuditEntry shown(const records::AuditEntry& entry, const policy::PolicyBook& book) {
  AuditEntry out;
  out.sequence = entry.sequence;
  out.time = entry.time;
  out.actor = entry.actor;
  out.via = entry.via;
  if (const policy::Account* account = book.account(entry.account)) {
    out.account = account->name;
  } else if (entry.account) {
    out.account = fmt::format("removed account {}", entry.account.value);
  }
  out.action = entry.action;
  out.object = entry.object;
  out.before = entry.before;
  out.after = entry.after;
  out.hash = entry.hash;
  return out;
}

Outcome<std::size_t> page_limit(std::optional<std::int64_t> wanted) {
  const std::int64_t limit = wanted.value_or(usual_page);
  if (limit < 1) return refuse_parameter("limit", "limit is a number from 1.");
  return static_cast<std::size_t>(std::min(limit, largest_page));
}

std::unexpected<Problem> refuse_parameter(const std::string& name, std::string detail) {
  Problem problem{.status = 400,
                  .code = "invalid-parameter",
                  .detail = "Some parameters are wrong: see errors."};
  problem.errors.push_back({"?" + name, std::move(detail)});
  return std::unexpected(std::move(problem));
}

Outcome<std::string> domain_parameter(const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::string();
  auto domain = dns::Domain::parse(*text);
  if (!domain) return refuse_parameter("domain", domain.error().text);
  return domain->text();
}

Outcome<std::optional<base::MessageId>> id_parameter(const std::string& name,
                                                     const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::nullopt;
  auto id = base::parse_queue_id(*text);
  if (!id) return refuse_parameter(name, name + " is no queue id, as the queue shows them.");
  return id;
}

}  // namespace postern::api
