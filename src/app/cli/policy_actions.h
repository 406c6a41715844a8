// What the policy commands do; policy.cc puts them on the command line.
#pragma once

#include <string>
#include <vector>

#include "app/cli/cli.h"
#include "app/cli/import.h"
#include "core/onboarding/policy_fields.h"

namespace postern::cli {

using onboarding::policy_fields;
using onboarding::PolicyField;

struct PolicyFilter {
  std::string mode;
  std::string stage;
};

int list_policies(Context& context, const PolicyFilter& filter);
int show_policies(Context& context, const std::vector<std::string>& domains);
int export_policies(Context& context);
int import_policies(Context& context, const ImportOptions& options);

int add_policies(Context& context, const std::vector<std::string>& domains,
                 const FieldTexts& fields, bool probe);
int set_policies(Context& context, const std::vector<std::string>& domains,
                 const FieldTexts& fields);
int promote_policies(Context& context, const std::vector<std::string>& domains);
int remove_policies(Context& context, const std::vector<std::string>& domains);

// By name, so that a list can be compared with yesterday's.
[[nodiscard]] std::vector<policy::Policy> policies_by_name(const RecordsSession& session);

// The policy with exactly this scope; "not-found" says where to look.
[[nodiscard]] base::Result<const policy::Policy*> policy_for(const RecordsSession& session,
                                                             const std::string& domain);

}  // namespace postern::cli
