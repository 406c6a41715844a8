#include "app/gateway/certificates.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/text.h"
#include "io/acme/folder.h"

namespace postern::app {

Certificates::Certificates(Kind kind, TlsSettings settings, observe::EventSink& events)
    : kind_(std::move(kind)), settings_(std::move(settings)), events_(events) {}

base::Result<std::unique_ptr<Certificates>> Certificates::load(Kind kind, TlsSettings settings,
                                                               observe::EventSink& events) {
  std::unique_ptr<Certificates> out(new Certificates(std::move(kind), std::move(settings), events));
  out->stamp_ = out->stamp();
  auto context = out->make();
  if (!context) return std::unexpected(context.error());
  out->context_ = std::move(*context);
  if (out->context_) out->announce(*out->context_);
  return out;
}

std::shared_ptr<const crypto::ServerContext> Certificates::current() const {
  std::lock_guard lock(mutex_);
  return context_;
}

std::shared_ptr<const crypto::ServerContext> Certificates::candidate() const {
  std::lock_guard lock(mutex_);
  return candidate_;
}

void Certificates::adopt() {
  const auto next = candidate();
  if (!next) return;
  announce(*next);
  std::lock_guard lock(mutex_);
  context_ = next;
  candidate_.reset();
}

std::vector<crypto::ServerIdentity> Certificates::configured() const {
  if (settings_.certificate.empty()) return {};
  std::vector<crypto::ServerIdentity> out{{settings_.certificate, settings_.key}};
  for (const std::string& pair : settings_.more_identities) {
    std::vector<std::string_view> files = base::split(pair, ' ');
    out.push_back({std::string(files.at(0)), std::string(files.at(1))});
  }
  return out;
}

// Policy hosts are names of the site alone.
std::vector<std::string> Certificates::folder_files() const {
  std::vector<std::string> files = acme::Folder(kind_.folder).files();
  if (kind_.use != Use::mail) return files;
  std::erase_if(
      files, [](const std::string& file) { return file.find("/mta-sts.") != std::string::npos; });
  return files;
}

// A file of the settings that cannot be used is its writer's to mend. One of our own folder is left
// out until the next renewal: an expired policy host must not keep mail from TLS.
std::vector<crypto::ServerIdentity> Certificates::usable_of_folder() const {
  std::vector<crypto::ServerIdentity> out;
  const base::Instant now = std::chrono::floor<base::Duration>(std::chrono::system_clock::now());
  for (const std::string& file : folder_files()) {
    const crypto::ServerIdentity one{file, file};
    if (auto usable = crypto::check_identity(one, now); usable) {
      out.push_back(one);
    } else {
      events_.emit(observe::Event::certificate_refused, {{"reason", usable.error().text}});
    }
  }
  return out;
}

base::Result<std::shared_ptr<const crypto::ServerContext>> Certificates::make() const {
  crypto::ServerContext::Settings wanted;
  wanted.identities = configured();
  std::ranges::move(usable_of_folder(), std::back_inserter(wanted.identities));
  if (wanted.identities.empty()) return nullptr;
  if (kind_.use != Use::mail) {
    wanted.floor = tls::Version::tls1_2;
    wanted.anonymous_suites = false;
    wanted.ask_client_certificate = false;
    wanted.protocols = {"http/1.1"};
    wanted.known_names_only = kind_.use == Use::site;
    wanted.challenges = kind_.challenges;
    return crypto::ServerContext::make(std::move(wanted));
  }
  wanted.forbidden_suites = settings_.forbidden_suites;
  wanted.client_trust = kind_.public_cas;
  if (!settings_.client_ca_file.empty()) {
    auto cas = crypto::TrustStore::public_cas(settings_.client_ca_file);
    if (!cas) return std::unexpected(cas.error());
    wanted.client_trust = std::move(*cas);
  }
  return crypto::ServerContext::make(std::move(wanted));
}

std::string Certificates::stamp() const {
  std::vector<std::string> files = folder_files();
  for (const crypto::ServerIdentity& identity : configured()) {
    files.push_back(identity.certificate_file);
    files.push_back(identity.key_file);
  }
  std::string out;
  for (const std::string& file : files) {
    struct stat facts{};
    if (stat(file.c_str(), &facts) != 0) continue;
    out += fmt::format("{}:{}:{}.{};", facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                       facts.st_mtim.tv_nsec);
  }
  return out;
}

void Certificates::announce(const crypto::ServerContext& context) {
  for (const tls::CertificateFacts& leaf : context.identities()) {
    events_.emit(observe::Event::certificate_loaded,
                 {{"subject", leaf.subject},
                  {"used_for", kind_.use == Use::mail ? "mail" : "web"},
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
  std::string now = stamp();
  if (now == stamp_) return;
  stamp_ = now;
  auto context = make();
  if (!context) {
    events_.emit(observe::Event::certificate_refused, {{"reason", context.error().text}});
    return;
  }
  if (!*context) return;  // the last file went: what is in force stays
  const bool at_once = kind_.use != Use::mail || !current();
  {
    std::lock_guard lock(mutex_);
    candidate_ = std::move(*context);
  }
  if (at_once) adopt();
}

}  // namespace postern::app
