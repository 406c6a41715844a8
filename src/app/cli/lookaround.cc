#include "app/cli/lookaround.h"

#include <unistd.h>

#include "app/cli/sts_shelf.h"
#include "app/names.h"
#include "app/wiring.h"

namespace postern::cli {

namespace {

// The records, if this user can read any; a curious administrator may have none.
base::Result<> read_book(const Context& context, Lookaround& around) {
  if (access(around.settings.records_path().c_str(), R_OK | W_OK) != 0) {
    around.book = std::make_shared<policy::PolicyBook>(policy::Configuration{});
    return {};
  }
  auto records = context.open_records();
  if (!records) return std::unexpected(records.error());
  around.records = *std::move(records);
  auto configuration = around.records->load();
  if (!configuration) return std::unexpected(configuration.error());
  auto account = context.chosen_account(*configuration);
  if (!account) return std::unexpected(account.error());
  around.account = account->id;
  for (const policy::Account& one : configuration->accounts) {
    if (one.ca_bundle.empty()) continue;
    auto store = crypto::TrustStore::private_cas(one.ca_bundle, one.name, around.public_cas);
    if (!store) return std::unexpected(store.error());
    around.account_cas[one.id] = std::move(*store);
  }
  around.book = std::make_shared<policy::PolicyBook>(std::move(*configuration));
  return {};
}

}  // namespace

Lookaround::~Lookaround() {
  if (sts) shard->run_until_done(sts->stop());
}

std::shared_ptr<const crypto::TrustStore> Lookaround::trust(base::AccountId id) const {
  auto own = account_cas.find(id);
  return own == account_cas.end() ? public_cas : own->second;
}

prober::ProberNeeds Lookaround::prober_needs(std::chrono::milliseconds patience) {
  prober::ProberNeeds needs{.shard = *shard,
                            .lookups = *lookups,
                            .sts = sts.get(),
                            .tls = *tls,
                            .trust = [this](base::AccountId id) { return trust(id); },
                            .helo_name = app::hostname(settings),
                            .route = app::route_settings(settings)};
  needs.patience = patience;
  return needs;
}

base::Result<Lookaround> look_around(const Context& context) {
  auto settings = context.settings();
  if (!settings) return std::unexpected(settings.error());
  Lookaround around;
  around.settings = std::move(*settings);
  auto cas = crypto::TrustStore::public_cas(around.settings.tls.ca_file);
  if (!cas) return std::unexpected(cas.error());
  around.public_cas = std::move(*cas);
  if (auto read = read_book(context, around); !read) return std::unexpected(read.error());
  around.shard = std::make_unique<net::Shard>();
  auto lookups = resolver::make_resolver(*around.shard, app::resolver_settings(around.settings));
  if (!lookups) return std::unexpected(lookups.error());
  around.lookups = std::move(*lookups);
  auto tls = crypto::ClientContext::make({});
  if (!tls) return std::unexpected(tls.error());
  around.tls = std::move(*tls);
  if (around.records) around.sts_shelf = shelf_on(*around.records);
  around.sts = std::make_unique<mtasts::Policies>(mtasts::Policies::Needs{
      .fetch = {*around.shard, *around.lookups, *around.tls, around.public_cas,
                app::sts_fetch_settings(around.settings)},
      .shelf = around.sts_shelf.get()});
  return around;
}

}  // namespace postern::cli
