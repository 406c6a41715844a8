// From settings to the settings of the parts: the one place that knows both.
#pragma once

#include "app/settings.h"
#include "core/posture/posture.h"
#include "core/queue/schedule.h"
#include "core/route/route_plan.h"
#include "io/crypto/dkim_key.h"
#include "io/observe/log.h"
#include "io/resolver/resolver.h"
#include "io/spool/spool.h"
#include "service/acme/keeper.h"
#include "service/delivery/settings.h"
#include "service/mtasts/fetch.h"
#include "service/receipt/connection_ledger.h"
#include "service/receipt/settings.h"
#include "service/tlsrpt/reporter.h"

namespace postern::app {

[[nodiscard]] resolver::ResolverSettings resolver_settings(const Settings& settings);
[[nodiscard]] spool::SpoolSettings spool_settings(const Settings& settings);
[[nodiscard]] observe::LogSettings log_settings(const Settings& settings);
[[nodiscard]] queue::Schedule schedule(const Settings& settings);
[[nodiscard]] route::RouteSettings route_settings(const Settings& settings);

[[nodiscard]] mtasts::FetchSettings sts_fetch_settings(const Settings& settings);
// What internal domains should publish of this gateway. `certificates`: in force; `next_keys`: of
// those to come; `dkim_key`: null when no reports are sent.
[[nodiscard]] posture::Gateway posture_gateway(
    const Settings& settings, const std::vector<tls::CertificateFacts>& certificates,
    const std::vector<tls::Sha256>& next_keys, const crypto::DkimKey* dkim_key);
// Failures of key files; [acme] names a directory.
[[nodiscard]] base::Result<acme::KeeperSettings> keeper_settings(const Settings& settings,
                                                                 const acme::Folder& folder);
// Where HTTPS requests to hosts of others' choice may go.
[[nodiscard]] https::Reach https_reach(const Settings& settings);
[[nodiscard]] tlsrpt::ReporterSettings reporter_settings(const Settings& settings);

[[nodiscard]] delivery::DeliverySettings delivery_settings(const Settings& settings);
[[nodiscard]] receipt::ReceiptSettings receipt_settings(const Settings& settings);
[[nodiscard]] receipt::ListenerSettings listener_settings(const ListenerSettings& settings);
[[nodiscard]] receipt::ConnectionLedger::Limits connection_limits(const Settings& settings);

// Folders that the running gateway writes to: its own, and those of files that the settings put
// elsewhere.
[[nodiscard]] std::vector<std::string> writable_folders(const Settings& settings);

// "gateway.example#0": which node of which gateway, in evidence.
[[nodiscard]] std::string node_name(const Settings& settings);

}  // namespace postern::app
