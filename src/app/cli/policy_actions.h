// What the policy commands do; policy.cc puts them on the command line.
#pragma once

#include <string>
#include <vector>

#include "app/cli/cli.h"
#include "app/cli/policy_fields.h"

namespace postern::cli {

struct RecordsSession;

struct PolicyFilter {
  std::string mode;
  std::string stage;
};

int list_policies(Context& context, const PolicyFilter& filter);
int show_policies(Context& context, const std::vector<std::string>& domains);
int export_policies(Context& context);

int add_policies(Context& context, const std::vector<std::string>& domains,
                 const FieldTexts& fields, bool probe);
int set_policies(Context& context, const std::vector<std::string>& domains,
                 const FieldTexts& fields);
int promote_policies(Context& context, const std::vector<std::string>& domains);
int remove_policies(Context& context, const std::vector<std::string>& domains);

// The policy with exactly this scope; "not-found" says where to look.
[[nodiscard]] base::Result<const policy::Policy*> policy_for(const RecordsSession& session,
                                                             const std::string& domain);

}  // namespace postern::cli
