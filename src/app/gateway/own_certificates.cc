#include "app/gateway/own_certificates.h"

#include <algorithm>
#include <utility>

#include "app/names.h"
#include "app/wiring.h"

namespace postern::app {
namespace {

constexpr std::chrono::seconds kPoll{2};
constexpr std::chrono::seconds kHeldPace{10};
constexpr std::chrono::seconds kLookLimit{30};

// What is new about the candidate: a key that the context in force does not show, or its first.
acme::TlsaWatch::Change change_of(const crypto::ServerContext& candidate,
                                  const crypto::ServerContext& in_force) {
  using Key = acme::TlsaWatch::Key;
  const auto known = in_force.identities();
  const auto all = candidate.identities();
  for (const tls::CertificateFacts& one : all) {
    const auto same = std::ranges::find(known, one.spki, &tls::CertificateFacts::spki);
    if (same == known.end()) return {one.spki, Key::another, {}, {}};
  }
  return {all.empty() ? tls::Sha256{} : all.front().spki, Key::same, {}, {}};
}

acme::TlsaWatch::Proves proves(std::shared_ptr<const crypto::ServerContext> context,
                               net::Shard& shard) {
  return [context = std::move(context), &shard](const dns::Domain& host,
                                                const std::vector<dns::Tlsa>& usable) {
    return context && context->proved_by(host, usable, shard.wall_now());
  };
}

bool has_expired(const crypto::ServerContext& context, base::Instant now) {
  const auto all = context.identities();
  return all.empty() || now >= all.front().not_after;
}

}  // namespace

OwnCertificates::OwnCertificates(Needs needs)
    : needs_(std::move(needs)), group_(needs_.shard), wake_(needs_.shard) {}

base::Result<> OwnCertificates::open_world() {
  auto resolver = resolver::make_resolver(needs_.shard, resolver_settings(needs_.settings));
  if (!resolver) return std::unexpected(resolver.error());
  lookups_ = std::move(*resolver);
  auto context = crypto::ClientContext::make({});
  if (!context) return std::unexpected(context.error());
  tls_ = std::move(*context);
  acme::TlsaWatch::Needs watch{
      .shard = needs_.shard,
      .fresh_lookups =
          [&shard = needs_.shard, from = resolver_settings(needs_.settings)] {
            return resolver::make_resolver(shard, from);
          },
      .hosts = gateway_names(needs_.settings),
      .port = static_cast<std::uint16_t>(needs_.settings.delivery.smtp_port)};
  watch_ = std::make_unique<acme::TlsaWatch>(std::move(watch));
  return {};
}

base::Result<> OwnCertificates::open_keeper() {
  const Settings& settings = needs_.settings;
  if (settings.acme.directory.empty()) return {};
  auto folder = acme::Folder::open(settings.certificates_path());
  if (!folder) return std::unexpected(folder.error());
  auto wanted = keeper_settings(settings, *folder);
  if (!wanted) return std::unexpected(wanted.error());
  std::shared_ptr<const crypto::TrustStore> trust = needs_.public_cas;
  if (!settings.acme.ca_file.empty()) {
    auto cas = crypto::TrustStore::public_cas(settings.acme.ca_file);
    if (!cas) return std::unexpected(cas.error());
    trust = std::move(*cas);
  }
  alpn_ = std::make_shared<crypto::AlpnChallenges>();
  responder_ = std::make_unique<acme::Responder>(alpn_);
  https::Needs https{needs_.shard, *lookups_, *tls_, std::move(trust), https_reach(settings)};
  auto in_force = [this](const dns::Domain& host, const std::vector<dns::Tlsa>& usable) {
    return proves(mail_->current(), needs_.shard)(host, usable);
  };
  keeper_ =
      std::make_unique<acme::Keeper>(acme::Keeper::Needs{.https = std::move(https),
                                                         .folder = *std::move(folder),
                                                         .book = needs_.book,
                                                         .events = needs_.events,
                                                         .responder = *responder_,
                                                         .watch = *watch_,
                                                         .in_force = std::move(in_force),
                                                         .changed = [this] { wake_.notify(); },
                                                         .settings = *std::move(wanted)});
  return keeper_->prepare();
}

base::Result<std::unique_ptr<OwnCertificates>> OwnCertificates::open(Needs needs) {
  std::unique_ptr<OwnCertificates> own(new OwnCertificates(std::move(needs)));
  if (auto opened = own->open_world(); !opened) return std::unexpected(opened.error());
  if (auto opened = own->open_keeper(); !opened) return std::unexpected(opened.error());
  const Settings& settings = own->needs_.settings;
  auto mail = Certificates::load({.use = Certificates::Use::mail,
                                  .folder = settings.certificates_path(),
                                  .public_cas = own->needs_.public_cas},
                                 settings.tls, own->needs_.events);
  if (!mail) return std::unexpected(mail.error());
  own->mail_ = std::move(*mail);
  return own;
}

std::vector<tls::Sha256> OwnCertificates::next_keys() const {
  std::vector<tls::Sha256> keys = acme::Folder(needs_.settings.certificates_path()).next_keys();
  if (const auto candidate = mail_->candidate()) {
    for (const tls::CertificateFacts& one : candidate->identities()) keys.push_back(one.spki);
  }
  return keys;
}

void OwnCertificates::start() {
  group_.start(run());
  if (keeper_) keeper_->start();
}

net::Task<void> OwnCertificates::stop() {
  group_.cancel();
  if (keeper_) co_await keeper_->stop();
  co_await group_.join();
}

void OwnCertificates::wake() {
  needs_.shard.post([this] {
    wake_.notify();
    if (keeper_) keeper_->wake();
  });
}

void OwnCertificates::reload(const TlsSettings& settings) {
  mail_->reload(settings);
  wake_.notify();
}

net::Task<void> OwnCertificates::run() {
  while (!group_.cancellation().requested()) {
    wake_.reset();
    mail_->reload_if_changed();
    for (const auto& reload : others_) reload();
    co_await judge_candidate();
    base::Deadline next = group_.within(kPoll);
    (void)co_await wake_.wait(next);
  }
}

net::Task<void> OwnCertificates::judge_candidate() {
  const auto candidate = mail_->candidate();
  const auto in_force = mail_->current();
  const bool asked_before = candidate && candidate == looked_at_;
  if (!candidate || !in_force || (asked_before && needs_.shard.now() < next_look_)) co_return;
  acme::TlsaWatch::Change change = change_of(*candidate, *in_force);
  change.before = proves(in_force, needs_.shard);
  change.after = proves(candidate, needs_.shard);
  base::Deadline deadline = group_.within(kLookLimit);
  acme::TlsaWatch::Verdict verdict = co_await watch_->look(std::move(change), deadline);
  if (group_.cancellation().requested() || mail_->candidate() != candidate) co_return;
  looked_at_ = candidate;
  next_look_ = needs_.shard.now() + kHeldPace;
  // With DNS away, a certificate that nobody takes any more is worth nothing; the new one may be.
  const bool nothing_to_lose = verdict.standing == acme::Standing::unknown &&
                               has_expired(*in_force, needs_.shard.wall_now());
  if (verdict.standing == acme::Standing::clear || nothing_to_lose) {
    mail_->adopt();
    verdict = {};
  }
  tell(verdict);
}

void OwnCertificates::tell(const acme::TlsaWatch::Verdict& verdict) {
  const bool news = verdict.standing != held_.standing;
  held_ = verdict;
  if (!news || verdict.standing == acme::Standing::clear) return;
  needs_.events.emit(observe::Event::certificate_held, {{"why", verdict.why}});
}

ShownCertificates OwnCertificates::now() const {
  return {.in_force = mail_->current(),
          .candidate = mail_->candidate(),
          .held_why = held_.why,
          .kept = keeper_ ? keeper_->list() : std::vector<acme::Kept>()};
}

std::string OwnCertificates::json() const { return certificates_json(now()); }

base::Result<std::string> OwnCertificates::act(const std::string& verb, const std::string& name) {
  if (!keeper_) {
    return base::fail("not-found",
                      "This gateway gets no certificates by itself: [acme] names no "
                      "directory. Files are renewed by whoever made them.");
  }
  auto domain = dns::Domain::parse(name);
  if (!domain) return std::unexpected(domain.error());
  if (verb == "renew") {
    if (auto done = keeper_->renew(*domain); !done) return std::unexpected(done.error());
  } else if (verb == "roll") {
    auto kept = keeper_->roll(*domain);
    if (!kept) return std::unexpected(kept.error());
    return kept_json(*kept);
  } else if (verb == "unroll") {
    if (auto done = keeper_->unroll(*domain); !done) return std::unexpected(done.error());
  } else {
    return base::fail("not-found", "There is no such action.");
  }
  return std::string("{}");
}

}  // namespace postern::app
