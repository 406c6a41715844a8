// The groups of the API that show mail and its proofs, as they stand in the running gateway.
#pragma once

#include "app/settings.h"
#include "io/resolver/resolver.h"
#include "service/admin/control.h"
#include "service/api/audit_handlers.h"
#include "service/api/drafts.h"
#include "service/api/event_handlers.h"
#include "service/api/everything.h"
#include "service/api/evidence_handlers.h"
#include "service/api/jobs.h"
#include "service/api/overview_handlers.h"
#include "service/api/partner_handlers.h"
#include "service/api/queue_handlers.h"
#include "service/api/tls_report_handlers.h"

namespace postern::app {

class MailPages {
 public:
  struct Needs {
    const admin::ControlNeeds& control;
    const Settings& settings;
    const receipt::ContextSource& certificates;
    api::Desk& reads;
    api::Desk& writes;
    api::Changes& changes;
    resolver::Lookups& lookups;
    mtasts::PolicySource& sts;
    api::Drafts& drafts;  // these two tell their news
    api::Jobs& jobs;
  };
  explicit MailPages(Needs needs);

  void join(api::Groups& groups);
  void start() { feed_.start(); }
  // After the server: nobody listens any more.
  [[nodiscard]] net::Task<void> stop() { return feed_.stop(); }

 private:
  admin::QueueHand hand_;
  api::EventFeed feed_;
  api::OverviewHandlers overview_;
  api::PartnerHandlers partners_;
  api::EvidenceHandlers evidence_;
  api::QueueHandlers queue_;
  api::AuditHandlers audit_;
  api::TlsReportHandlers tls_reports_;
  api::EventHandlers events_;
  api::Hub<base::AccountId, std::string>::Subscription draft_news_;
  api::Hub<base::AccountId, api::Job>::Subscription job_news_;
};

}  // namespace postern::app
