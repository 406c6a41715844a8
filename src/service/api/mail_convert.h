// Mail, its proofs and the audit log as the API shows them.
#pragma once

#include "io/records/records.h"
#include "io/spool/spool.h"
#include "service/api/mail_types.h"
#include "service/api/problem.h"

namespace postern::api {

[[nodiscard]] Message shown(const spool::MessageInfo& message);
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
