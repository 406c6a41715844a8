#include "service/api/certificate_handlers.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "service/api/convert.h"

namespace postern::api {

namespace {

using Now = CertificateHandlers::Now;

constexpr std::string_view policy_host = "mta-sts.";  // RFC 8461 3.3

KeptCertificate shown_kept(const acme::Kept& kept) {
  KeptCertificate out;
  out.name = kept.names.front().text();
  out.names = texts(kept.names);
  if (kept.leaf) {
    out.certificate = shown(*kept.leaf);
    if (!kept.leaf->self_signed) out.renewal = kept.renewal;
  }
  out.failures = kept.attempts.failures;
  if (out.failures > 0) {
    out.why = base::printable(kept.attempts.why, 500);
    out.next_attempt = kept.attempts.next;
  }
  if (kept.waiting) out.waiting = shown(*kept.waiting);
  if (kept.next_key) out.next_tlsa = tlsa_text(*kept.next_key);
  if (kept.waiting || kept.next_key) out.waits_for = base::printable(kept.waits_for, 500);
  return out;
}

CertificateOrigin origin_of(const tls::CertificateFacts& one, const std::vector<acme::Kept>& all) {
  const bool is_kept = std::ranges::any_of(all, [&](const acme::Kept& kept) {
    return kept.leaf && kept.leaf->fingerprint == one.fingerprint;
  });
  return is_kept ? CertificateOrigin::acme : CertificateOrigin::file;
}

// A certificate that is shown twice is one, with two uses.
void add(std::vector<ShownCertificate>& list, const std::vector<tls::CertificateFacts>& leaves,
         CertificateUse use, const std::vector<acme::Kept>& kept) {
  for (const tls::CertificateFacts& leaf : leaves) {
    CertificateInfo info = shown(leaf);
    const auto same = std::ranges::find(
        list, info.sha256, [](const ShownCertificate& one) { return one.certificate.sha256; });
    if (same != list.end()) {
      same->uses.push_back(use);
    } else {
      list.push_back({std::move(info), {use}, origin_of(leaf, kept)});
    }
  }
}

bool may_see(const Call& call, const acme::Kept& kept) {
  if (call.who.is_platform_administrator()) return true;
  const std::string& name = kept.names.front().text();
  if (!name.starts_with(policy_host)) return false;
  const auto domain = dns::Domain::parse(name.substr(policy_host.size()));
  const auto* internal = domain ? call.book->internal_domain(*domain) : nullptr;
  const auto* account = internal ? call.book->account(internal->account) : nullptr;
  return account != nullptr && call.who.role_in(account->name).has_value();
}

const acme::Kept* find(const Now& now, const std::string& name) {
  const auto found = std::ranges::find_if(now.kept, [&](const acme::Kept& kept) {
    return base::iequals(kept.names.front().text(), name);
  });
  return found == now.kept.end() ? nullptr : &*found;
}

std::unexpected<Problem> no_such_certificate(const Now& now, const std::string& name) {
  if (!now.renews) {
    return refuse(404, "not-found",
                  "This gateway gets no certificates by itself: [acme] names no directory. Files "
                  "are renewed by whoever made them.");
  }
  return refuse(404, "not-found",
                fmt::format("The gateway keeps no certificate whose first name is {}.",
                            base::printable(name, 64)));
}

}  // namespace

Handled<OwnCertificates> CertificateHandlers::list(Call call) {
  const Now now = needs_.now();
  OwnCertificates out;
  add(out.in_force, now.mail, CertificateUse::mail, now.kept);
  add(out.in_force, now.web, CertificateUse::web, now.kept);
  for (const tls::CertificateFacts& one : now.held) out.held.push_back(shown(one));
  out.held_why = now.held_why;
  out.renews = now.renews;
  for (const acme::Kept& one : now.kept) {
    if (may_see(call, one)) out.kept.push_back(shown_kept(one));
  }
  co_return out;
}

Handled<KeptCertificate> CertificateHandlers::command(Call call, CertificateCommand command) {
  const Now before = needs_.now();
  const acme::Kept* kept = find(before, call.at("name"));
  if (kept == nullptr) co_return no_such_certificate(before, call.at("name"));
  const std::string name = kept->names.front().text();
  if (command.action == CertificateAction::give_up && !kept->next_key) {
    co_return refuse(409, "no-next-key", "No next key of " + name + " waits.");
  }
  const std::function<base::Result<>(records::Records&)> work =
      [actor = call.who.actor(), now = needs_.shard.wall_now(), name,
       action = command.action](records::Records& records) {
        return records.audit(actor, now,
                             fmt::format("certificate.{}", certificate_action_text(action)),
                             "certificate " + name, {});
      };
  auto noted = co_await needs_.writes.run(needs_.shard, work);
  if (!noted) co_return refuse(noted.error());
  auto done = needs_.act(command.action, name);
  if (!done) co_return refuse(done.error());
  const Now after = needs_.now();
  const acme::Kept* same = find(after, name);
  if (same == nullptr) co_return no_such_certificate(after, name);
  co_return shown_kept(*same);
}

void declare_certificates(Operations& operations, CertificateHandlers* handlers) {
  operations.add<Nothing, Nothing, OwnCertificates>(
      {Method::get, "/gateway/certificates", "listCertificates",
       "The gateway's own certificates: in force, waiting, and renewed by itself",
       Access::signed_in},
      [handlers](Call call, Nothing, Nothing) { return handlers->list(std::move(call)); });
  operations.add<Nothing, CertificateCommand, KeptCertificate>(
      {Method::post, "/gateway/certificates/{name}", "commandCertificate",
       "Renews a certificate now, or changes its key after its TLSA record is known",
       Access::platform},
      [handlers](Call call, Nothing, CertificateCommand command) {
        return handlers->command(std::move(call), command);
      });
}

}  // namespace postern::api
