// The sets of wishes that sources make. Every enforced mode brings its floor with it: Encrypt alone
// says nothing about versions, and a source that forgot its floor would take TLS 1.0.
#pragma once

#include <vector>

#include "core/tls/requirement.h"

namespace postern::tls {

// Relaxed: TLS of at least this version, with a suite that is neither anonymous nor broken.
[[nodiscard]] std::vector<Wish> encryption(Version floor = Version::tls1_2);

// Strict: the same, and the server authenticated in one of these ways.
[[nodiscard]] std::vector<Wish> authentication(Authenticate ways, Version floor = Version::tls1_2);

void add_wishes(Requirement& requirement, const Source& source, std::vector<Wish> wishes,
                Standing standing = Standing::in_force);

}  // namespace postern::tls
