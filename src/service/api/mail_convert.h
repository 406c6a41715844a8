// Mail, its proofs and the audit log as the API shows them.
#pragma once

#include "io/records/records.h"
#include "io/spool/spool.h"
#include "service/api/mail_types.h"
#include "service/api/problem.h"

namespace postern::api {

// For people of the account. Where a delivery goes to a domain of another account of this gateway,
// what its servers are called and said is left out: that is the other account's.
[[nodiscard]] Message shown(const spool::MessageInfo& message, const policy::PolicyBook& book,
                            base::AccountId account);
// What people of another account may know of an attempt: how it ended and how it was protected, for
// the way of their own message; nothing of the servers.
[[nodiscard]] Attempt shown_elsewhere(const records::EvidenceRow& row);
[[nodiscard]] Attempt shown(const records::EvidenceRow& row);
[[nodiscard]] AuditEntry shown(const records::AuditEntry& entry, const policy::PolicyBook& book);

// How many a page holds: 100 if not given, 1000 at most. Problem 400 below 1.
[[nodiscard]] Outcome<std::size_t> page_limit(std::optional<std::int64_t> wanted);
// Problem 400 that points at a parameter.
[[nodiscard]] std::unexpected<Problem> refuse_parameter(const std::string& name,
                                                        std::string detail);
// A domain named in a query; "" if none is.
[[nodiscard]] Outcome<std::string> domain_parameter(const std::optional<std::string>& text);
[[nodiscard]] Outcome<std::optional<base::MessageId>> id_parameter(
    const std::string& name, const std::optional<std::string>& text);

}  // namespace postern::api
