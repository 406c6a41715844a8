#include "core/tls/wishes.h"

#include <algorithm>
#include <utility>

namespace postern::tls {

std::vector<Wish> encryption(Version floor) { return {Encrypt{}, AtLeast{floor}}; }

std::vector<Wish> authentication(Authenticate ways, Version floor) {
  // TLS 1.0 and 1.1 are for relaxed policies alone (tls-policy.md 2).
  return {Encrypt{}, AtLeast{std::max(floor, Version::tls1_2)}, std::move(ways)};
}

void add_wishes(Requirement& requirement, const Source& source, std::vector<Wish> wishes,
                Standing standing) {
  for (Wish& wish : wishes) requirement.add({source, std::move(wish), standing});
}

}  // namespace postern::tls
