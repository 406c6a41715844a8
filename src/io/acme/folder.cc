#include "io/acme/folder.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "io/crypto/secret_file.h"
#include "io/reports/bounded_json.h"

namespace postern::acme {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCertificate = ".pem";
constexpr std::string_view kWaiting = ".waiting";
constexpr std::string_view kNextKey = ".next.key";
constexpr std::string_view kAttempts = ".attempts";

bool exists(const std::string& file) { return ::access(file.c_str(), F_OK) == 0; }

}  // namespace

base::Result<Folder> Folder::open(std::string path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::fail("data-dir", fmt::format("The directory {} cannot be made: {}.", path,
                                              std::strerror(errno)));
  }
  return Folder(std::move(path));
}

std::string Folder::path(const dns::Domain& name, std::string_view ending) const {
  return fmt::format("{}/{}{}", path_, name.text(), ending);
}

std::string Folder::file(const dns::Domain& name) const { return path(name, kCertificate); }

std::vector<std::string> Folder::files_with(std::string_view ending) const {
  std::vector<std::string> all;
  std::error_code error;
  for (fs::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    const std::string file = at->path().string();
    if (file.ends_with(ending)) all.push_back(file);
  }
  std::ranges::sort(all);
  return all;
}

std::vector<std::string> Folder::files() const { return files_with(kCertificate); }

base::Result<std::optional<tls::CertificateFacts>> Folder::leaf(const dns::Domain& name) const {
  const std::string file = path(name, kCertificate);
  if (!exists(file)) return std::nullopt;
  auto text = crypto::read_file(file, crypto::Secrecy::secret);
  if (!text) return std::unexpected(text.error());
  auto chain = crypto::read_certificates(*std::move(text));
  if (!chain) return std::unexpected(chain.error());
  return chain->front();
}

base::Result<Folder::Key> Folder::key(const dns::Domain& name) const {
  return crypto::CertificateKey::load(path(name, kCertificate));
}

base::Result<> Folder::put(const dns::Domain& name, const crypto::CertificateKey& key,
                           std::string_view chain) const {
  return crypto::write_secret(path(name, kCertificate), key.pem() + std::string(chain));
}

base::Result<> Folder::put_waiting(const dns::Domain& name, const crypto::CertificateKey& key,
                                   std::string_view chain) const {
  return crypto::write_secret(path(name, kWaiting), key.pem() + std::string(chain));
}

base::Result<std::string> Folder::waiting(const dns::Domain& name) const {
  const std::string file = path(name, kWaiting);
  if (!exists(file)) return std::string();
  return crypto::read_file(file, crypto::Secrecy::secret);
}

base::Result<> Folder::take_waiting(const dns::Domain& name) const {
  const std::string file = path(name, kCertificate);
  if (::rename(path(name, kWaiting).c_str(), file.c_str()) == 0) return {};
  return base::fail("unwritable-file",
                    fmt::format("{} cannot be replaced: {}.", file, std::strerror(errno)));
}

base::Result<Folder::Key> Folder::next_key(const dns::Domain& name) const {
  const std::string file = path(name, kNextKey);
  if (!exists(file)) return Key();
  return crypto::CertificateKey::load(file);
}

base::Result<Folder::Key> Folder::make_next_key(const dns::Domain& name) const {
  return crypto::CertificateKey::load_or_make(path(name, kNextKey));
}

void Folder::drop_next_key(const dns::Domain& name) const {
  ::unlink(path(name, kNextKey).c_str());
}

std::vector<tls::Sha256> Folder::next_keys() const {
  std::vector<tls::Sha256> all;
  for (const std::string& file : files_with(kNextKey)) {
    if (auto key = crypto::CertificateKey::load(file)) all.push_back((*key)->spki_sha256());
  }
  for (const std::string& file : files_with(kWaiting)) {
    if (auto key = crypto::CertificateKey::load(file)) all.push_back((*key)->spki_sha256());
  }
  return all;
}

Attempts Folder::attempts(const dns::Domain& name) const {
  std::ifstream in(path(name, kAttempts));
  std::ostringstream text;
  text << in.rdbuf();
  auto parsed = reports::BoundedJson::parse(text.str(), 2, 16 << 10);
  if (!parsed || !parsed->root().is_object()) return {};
  const auto& root = parsed->root().get_object();
  Attempts out;
  if (const auto* failures = root.if_contains("failures"); failures && failures->is_int64()) {
    out.failures = static_cast<int>(failures->get_int64());
  }
  if (const auto* next = root.if_contains("next"); next && next->is_string()) {
    out.next = base::parse_rfc3339(next->get_string()).value_or(base::Instant());
  }
  if (const auto* why = root.if_contains("why"); why && why->is_string()) {
    out.why = std::string(why->get_string());
  }
  return out;
}

base::Result<> Folder::save(const dns::Domain& name, const Attempts& attempts) const {
  const std::string file = path(name, kAttempts);
  if (attempts.failures == 0) {
    ::unlink(file.c_str());
    return {};
  }
  base::JsonWriter json;
  json.begin_object().field("failures", attempts.failures);
  json.field("next", base::rfc3339(attempts.next)).field("why", attempts.why).end_object();
  return crypto::write_secret(file, json.text());
}

base::Result<Folder::Key> Folder::account_key() const {
  return crypto::CertificateKey::load_or_make(path_ + "/account.key");
}

}  // namespace postern::acme
