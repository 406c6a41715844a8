#include "io/crypto/identity_book.h"

#include <algorithm>

#include "core/base/text.h"

namespace postern::crypto {

IdentityBook::IdentityBook(std::vector<Identity> identities) : identities_(std::move(identities)) {
  for (const Identity& identity : identities_) {
    for (const std::string& name : identity.facts.dns_names) {
      const std::string folded = base::lower(name);
      if (folded.starts_with("*.")) {
        add(wildcard_[folded.substr(2)], identity);
      } else {
        add(exact_[folded], identity);
      }
    }
  }
  if (identities_.empty()) return;
  // The first identity, and the one of another key type that stands for the same name.
  const Identity& first = identities_.front();
  add(standard_, first);
  if (first.facts.dns_names.empty()) return;
  for (const Identity* partner : find(first.facts.dns_names.front())) add(standard_, *partner);
}

void IdentityBook::add(Choice& choice, const Identity& identity) {
  const int type = EVP_PKEY_get_base_id(identity.key.get());
  const bool taken = std::ranges::any_of(choice, [type](const Identity* other) {
    return EVP_PKEY_get_base_id(other->key.get()) == type;
  });
  if (!taken) choice.push_back(&identity);
}

IdentityBook::Choice IdentityBook::find(std::string_view server_name) const {
  if (server_name.ends_with('.')) server_name.remove_suffix(1);
  const std::string name = base::lower(server_name);
  if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
  const auto dot = name.find('.');
  if (dot == std::string::npos || dot == 0) return {};
  const auto found = wildcard_.find(std::string_view(name).substr(dot + 1));
  return found == wildcard_.end() ? Choice{} : found->second;
}

}  // namespace postern::crypto
