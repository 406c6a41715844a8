// The command groups over the records, each in a file of its own.
#pragma once

namespace CLI {
class App;
}

namespace postern::cli {

struct Context;

void add_account_commands(CLI::App& root, Context& context);
void add_domain_commands(CLI::App& root, Context& context);
void add_route_commands(CLI::App& root, Context& context);
void add_sender_commands(CLI::App& root, Context& context);
void add_policy_commands(CLI::App& root, Context& context);
void add_exception_commands(CLI::App& root, Context& context);
void add_user_commands(CLI::App& root, Context& context);
void add_sts_commands(CLI::App& root, Context& context);
void add_tls_report_commands(CLI::App& root, Context& context);
void add_posture_commands(CLI::App& root, Context& context);
void add_certificate_commands(CLI::App& root, Context& context);
void add_evidence_commands(CLI::App& root, Context& context);
void add_audit_commands(CLI::App& root, Context& context);

}  // namespace postern::cli
