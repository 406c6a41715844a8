#include "app/gateway/mail_pages.h"

#include "app/wiring.h"

namespace postern::app {

MailPages::MailPages(Needs needs)
    : hand_({needs.control.shard, needs.control.spool, needs.control.events,
             needs.control.queue_changed, needs.control.recalculate}),
      feed_({needs.control.shard, needs.reads, needs.changes, needs.control.book,
             needs.control.spool,
             [&jobs = needs.jobs](base::AccountId account, const std::string& id) {
               return jobs.find(account, id);
             }}),
      overview_({needs.control.shard, needs.reads, needs.control.spool, needs.certificates}),
      partners_({needs.reads,
                 {needs.control.shard, needs.lookups, &needs.sts, route_settings(needs.settings)}}),
      evidence_({needs.control.shard, needs.reads}),
      queue_({needs.control.shard, needs.control.spool, hand_, needs.reads, needs.writes}),
      audit_({needs.control.shard, needs.reads}),
      tls_reports_({needs.control.shard, needs.reads}),
      events_({needs.control.shard, feed_}),
      draft_news_(needs.drafts.changed().subscribe(
          [this](base::AccountId account, const std::string& actor) {
            feed_.tell_draft(account, actor);
          })),
      job_news_(
          needs.jobs.progress().subscribe([this](base::AccountId account, const api::Job& job) {
            feed_.tell_job(account, job.id);
          })) {}

void MailPages::join(api::Groups& groups) {
  groups.overview = &overview_;
  groups.partners = &partners_;
  groups.evidence = &evidence_;
  groups.queue = &queue_;
  groups.audit = &audit_;
  groups.tls_reports = &tls_reports_;
  groups.events = &events_;
}

}  // namespace postern::app
