// Which TLSA records count for SMTP.
//
// RFC 7672 3.1: usages PKIX-TA(0) and PKIX-EE(1) are unusable, DANE-TA(2) and DANE-EE(3) count;
// selectors 0 and 1 and matching types 0, 1 and 2 exist; a digest must have its digest's length
// (RFC 6698 2.1). Which of several digests decides (RFC 7671 9) is OpenSSL's to say when it
// matches.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/dns/answer.h"

namespace postern::dane {

// Why a record cannot count; nullopt if it can. "usage 1 (PKIX-EE) does not exist for SMTP"
[[nodiscard]] std::optional<std::string> unusable(const dns::Tlsa& record);

[[nodiscard]] std::vector<dns::Tlsa> usable(std::span<const dns::Tlsa> records);

// "3 1 1 0123456789abcdef..": digits enough to recognise it.
[[nodiscard]] std::string text(const dns::Tlsa& record);

}  // namespace postern::dane
