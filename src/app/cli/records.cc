#include "app/cli/cli.h"
#include "app/cli/records_groups.h"

namespace postern::cli {

void add_records_commands(CLI::App& root, Context& context) {
  add_account_commands(root, context);
  add_domain_commands(root, context);
  add_route_commands(root, context);
  add_sender_commands(root, context);
  add_policy_commands(root, context);
  add_exception_commands(root, context);
  add_user_commands(root, context);
  add_sts_commands(root, context);
  add_tls_report_commands(root, context);
  add_posture_commands(root, context);
  add_certificate_commands(root, context);
  add_evidence_commands(root, context);
  add_audit_commands(root, context);
}

}  // namespace postern::cli
