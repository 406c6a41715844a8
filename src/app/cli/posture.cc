// postern posture show: what internal domains should publish about TLS, and what is there now.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <ostream>

#include "app/cli/control_client.h"
#include "app/cli/lookaround.h"
#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/wiring.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/dane/tlsa_text.h"
#include "io/acme/folder.h"
#include "service/posture/dnssec.h"
#include "service/posture/look.h"

namespace postern::cli {

namespace {

namespace json = boost::json;

using posture::Item;
using posture::Posture;

constexpr std::chrono::seconds kPatience{30};

struct PostureOptions {
  std::vector<std::string> domains;
};

// What others see of the gateway's keys, and what they will.
struct Keys {
  std::vector<tls::CertificateFacts> in_force;
  std::vector<tls::Sha256> next;
};

tls::Sha256 key_of(const json::value& record) {
  tls::Sha256 key{};
  const auto read = dane::parse_tlsa(std::string_view(record.as_string()));
  if (read && read->data.size() == key.size()) std::ranges::copy(read->data, key.begin());
  return key;
}

// As the running gateway says: a file that was changed may wait, and is not what clients see.
std::optional<Keys> keys_of_running(const Context& context) {
  auto answer = ask_gateway(context, {"GET", "/v1/certificates", {}});
  if (!answer) return std::nullopt;
  const json::value all = json::parse(*answer);
  Keys keys;
  for (const json::value& leaf : all.at("in_force").as_array()) {
    tls::CertificateFacts facts;
    facts.spki = key_of(leaf.at("tlsa"));
    for (const json::value& name : leaf.at("names").as_array()) {
      facts.dns_names.emplace_back(name.as_string());
    }
    keys.in_force.push_back(std::move(facts));
  }
  for (const json::value& leaf : all.at("held").as_array()) {
    keys.next.push_back(key_of(leaf.at("tlsa")));
  }
  for (const json::value& kept : all.at("kept").as_array()) {
    const json::object& one = kept.as_object();
    if (const json::value* next = one.if_contains("next_tlsa")) keys.next.push_back(key_of(*next));
    if (const json::value* waiting = one.if_contains("waiting")) {
      keys.next.push_back(key_of(waiting->at("tlsa")));
    }
  }
  return keys;
}

// The leaves of the certificate files: what a gateway will have in force when it starts.
base::Result<std::vector<tls::CertificateFacts>> certificates(const Context& context,
                                                              const app::Settings& settings) {
  std::vector<std::string> files = acme::Folder(settings.certificates_path()).files();
  if (!settings.tls.certificate.empty()) files.push_back(settings.tls.certificate);
  for (const std::string& pair : settings.tls.more_identities) {
    files.push_back(pair.substr(0, pair.find(' ')));
  }
  std::vector<tls::CertificateFacts> all;
  for (const std::string& file : files) {
    auto text = read_text(context, file);
    if (!text) return std::unexpected(text.error());
    auto chain = crypto::read_certificates(*std::move(text));
    if (!chain) return std::unexpected(chain.error());
    if (!chain->empty()) all.push_back(std::move(chain->front()));
  }
  return all;
}

base::Result<posture::Gateway> gateway_of(const Context& context, const app::Settings& settings) {
  std::optional<Keys> keys = keys_of_running(context);
  if (!keys) {
    auto files = certificates(context, settings);
    if (!files) return std::unexpected(files.error());
    keys = Keys{*std::move(files), acme::Folder(settings.certificates_path()).next_keys()};
  }
  std::unique_ptr<crypto::DkimKey> key;
  const std::string file = settings.dkim_key_path();
  if (settings.tls_reports.send && access(file.c_str(), F_OK) == 0) {
    auto loaded = crypto::DkimKey::load(file);
    if (!loaded) return std::unexpected(loaded.error());
    key = *std::move(loaded);
  }
  return app::posture_gateway(settings, keys->in_force, keys->next, key.get());
}

base::Result<std::vector<policy::InternalDomain>> chosen(const Lookaround& around,
                                                         const PostureOptions& options) {
  std::vector<policy::InternalDomain> all;
  for (const policy::InternalDomain& one : around.book->configuration().domains) {
    if (one.account == around.account) all.push_back(one);
  }
  if (options.domains.empty()) return all;
  std::vector<policy::InternalDomain> found;
  for (const std::string& text : options.domains) {
    auto domain = dns::Domain::parse(text);
    if (!domain) return std::unexpected(domain.error());
    const auto one = std::ranges::find(all, *domain, &policy::InternalDomain::domain);
    if (one == all.end()) {
      return base::fail("not-found",
                        fmt::format("{} is not an internal domain of the account. Those that are: "
                                    "postern domain list",
                                    domain->text()));
    }
    found.push_back(*one);
  }
  return found;
}

struct Looked {
  std::string dnssec;
  std::vector<Posture> all;
};

net::Task<void> look_at(Lookaround& around, posture::Gateway gateway,
                        std::vector<policy::InternalDomain> domains, Looked& looked) {
  const base::Deadline soon{.at = around.shard->now() + kPatience};
  looked.dnssec = co_await posture::dnssec_problem(*around.lookups, soon);
  for (policy::InternalDomain& domain : domains) {
    const base::Deadline deadline{.at = around.shard->now() + kPatience};
    mtasts::FetchNeeds fetch{*around.shard, *around.lookups, *around.tls, around.public_cas,
                             app::sts_fetch_settings(around.settings)};
    posture::Subject subject{std::move(domain), gateway};
    Posture one = co_await posture::look(std::move(fetch), std::move(subject), deadline);
    looked.all.push_back(std::move(one));
  }
}

std::string_view mark(posture::State state) {
  switch (state) {
    case posture::State::right:
      return "ok  ";
    case posture::State::optional:
      return "-   ";
    case posture::State::missing:
      return "ADD ";
    case posture::State::differs:
      return "FIX ";
    case posture::State::unknown:
      return "?   ";
  }
  return "";
}

void print_lines(std::ostream& out, std::string_view heading, std::string_view text) {
  for (const std::string_view line : base::split(text, '\n')) {
    const std::string_view trimmed = base::trim(line);
    if (trimmed.empty()) continue;
    out << fmt::format("       {:<9}{}\n", heading, trimmed);
    heading = "";
  }
}

void print(std::ostream& out, const Posture& posture) {
  out << posture.domain.unicode()
      << (posture.good() ? ": all that is needed is published.\n" : ":\n");
  for (const Item& item : posture.items) {
    out << fmt::format("  {} {}: {}\n", mark(item.state), posture::kind_title(item.kind), item.why);
    const bool done = item.state == posture::State::right;
    if (!done) print_lines(out, "publish", item.value.empty() ? "" : item.name + " " + item.type);
    if (!done) print_lines(out, "", item.value);
    for (const std::string& found : item.found) {
      if (!done) print_lines(out, "found", found);
    }
  }
}

void write_json(base::JsonWriter& json, const Posture& posture, const std::string& dnssec) {
  json.begin_object().field("domain", posture.domain.text()).field("good", posture.good());
  json.field("dnssec", dnssec).key("items").begin_array();
  for (const Item& item : posture.items) {
    json.begin_object().field("kind", posture::kind_text(item.kind));
    json.field("title", posture::kind_title(item.kind)).field("name", item.name);
    json.field("type", item.type).field("value", item.value);
    json.field("state", posture::state_text(item.state)).key("found").begin_array();
    for (const std::string& found : item.found) json.value(found);
    json.end_array().field("why", item.why).end_object();
  }
  json.end_array().end_object();
}

int show(Context& context, const PostureOptions& options) {
  auto around = look_around(context);
  if (!around) return context.fail(around.error());
  auto domains = chosen(*around, options);
  if (!domains) return context.fail(domains.error());
  auto gateway = gateway_of(context, around->settings);
  if (!gateway) return context.fail(gateway.error());
  Looked looked;
  around->shard->run_until_done(look_at(*around, *std::move(gateway), *std::move(domains), looked));
  const bool good = looked.dnssec.empty() && std::ranges::all_of(looked.all, &Posture::good);
  if (context.json) {
    base::JsonWriter json;
    json.begin_array();
    for (const Posture& one : looked.all) write_json(json, one, looked.dnssec);
    json.end_array();
    context.out << json.text() << "\n";
    return good ? exit_ok : exit_failed;
  }
  if (!looked.dnssec.empty()) context.out << looked.dnssec << "\n";
  if (looked.all.empty()) {
    context.out << "There are no internal domains; add one with: postern domain add DOMAIN\n";
  }
  for (const Posture& one : looked.all) print(context.out, one);
  return good ? exit_ok : exit_failed;
}

}  // namespace

void add_posture_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand(
      "posture", "What internal domains publish about TLS, and what they should");
  group->require_subcommand(1);
  auto options = std::make_shared<PostureOptions>();
  CLI::App* shown = group->add_subcommand(
      "show", "List each record to publish, what is there now, and what differs");
  shown->add_option("DOMAIN", options->domains, "Internal domains; all if none is named");
  shown->callback([&context, options] { context.exit_code = show(context, *options); });
}

}  // namespace postern::cli
