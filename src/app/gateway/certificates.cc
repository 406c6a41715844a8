#include "app/gateway/certificates.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "core/base/text.h"

namespace postern::app {

Certificates::Certificates(Use use, TlsSettings settings,
                           std::shared_ptr<const crypto::TrustStore> public_cas,
                           observe::EventSink& events)
    : use_(use),
      settings_(std::move(settings)),
      public_cas_(std::move(public_cas)),
      events_(events) {}

base::Result<std::unique_ptr<Certificates>> Certificates::load(
    Use use, TlsSettings settings, std::shared_ptr<const crypto::TrustStore> public_cas,
    observe::EventSink& events) {
  std::unique_ptr<Certificates> out(
      new Certificates(use, std::move(settings), std::move(public_cas), events));
  if (out->settings_.certificate.empty()) return out;
  out->stamp_ = out->stamp();
  auto context = out->make();
  if (!context) return std::unexpected(context.error());
  out->context_ = std::move(*context);
  out->announce(*out->context_);
  return out;
}

std::shared_ptr<const crypto::ServerContext> Certificates::current() const {
  std::lock_guard lock(mutex_);
  return context_;
}

std::vector<crypto::ServerIdentity> Certificates::identities() const {
  std::vector<crypto::ServerIdentity> out{{settings_.certificate, settings_.key}};
  for (const std::string& pair : settings_.more_identities) {
    std::vector<std::string_view> files = base::split(pair, ' ');
    out.push_back({std::string(files.at(0)), std::string(files.at(1))});
  }
  return out;
}

base::Result<std::shared_ptr<const crypto::ServerContext>> Certificates::make() const {
  crypto::ServerContext::Settings wanted;
  wanted.identities = identities();
  if (use_ == Use::web) {
    wanted.floor = tls::Version::tls1_2;
    wanted.anonymous_suites = false;
    wanted.ask_client_certificate = false;
    wanted.protocols = {"http/1.1"};
    return crypto::ServerContext::make(std::move(wanted));
  }
  wanted.forbidden_suites = settings_.forbidden_suites;
  wanted.client_trust = public_cas_;
  if (!settings_.client_ca_file.empty()) {
    auto cas = crypto::TrustStore::public_cas(settings_.client_ca_file);
    if (!cas) return std::unexpected(cas.error());
    wanted.client_trust = std::move(*cas);
  }
  return crypto::ServerContext::make(std::move(wanted));
}

std::string Certificates::stamp() const {
  std::string out;
  for (const crypto::ServerIdentity& identity : identities()) {
    for (const std::string& file : {identity.certificate_file, identity.key_file}) {
      struct stat facts{};
      if (stat(file.c_str(), &facts) != 0) continue;
      out += fmt::format("{}:{}:{}.{};", facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                         facts.st_mtim.tv_nsec);
    }
  }
  return out;
}

void Certificates::announce(const crypto::ServerContext& context) {
  for (const tls::CertificateFacts& leaf : context.identities()) {
    events_.emit(observe::Event::certificate_loaded,
                 {{"subject", leaf.subject},
                  {"used_for", use_ == Use::mail ? "mail" : "web"},
                  {"expires", base::rfc3339(leaf.not_after)},
                  {"sha256", base::hex(leaf.fingerprint)}});
  }
}

void Certificates::reload(TlsSettings settings) {
  settings_ = std::move(settings);
  stamp_.clear();
  reload_if_changed();
}

void Certificates::reload_if_changed() {
  if (settings_.certificate.empty()) return;
  std::string now = stamp();
  if (now == stamp_) return;
  stamp_ = now;
  auto context = make();
  if (!context) {
    events_.emit(observe::Event::certificate_refused, {{"reason", context.error().text}});
    return;
  }
  announce(**context);
  std::lock_guard lock(mutex_);
  context_ = std::move(*context);
}

}  // namespace postern::app
