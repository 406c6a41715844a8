// postern policy import: many domains at once, a verdict for each line.
//
// Input: one domain a line, or CSV whose first line names the columns ("domain" and any of
// policy_fields(), as `policy export` writes them). Empty lines and lines that begin with # are
// skipped. Options given on the command line hold for every line whose column says nothing.
//
// Everything that is taken takes effect in one transaction; under --dry-run nothing does. Importing
// the same file again changes nothing.
#pragma once

#include <string>

#include "app/cli/cli.h"
#include "app/cli/policy_fields.h"

namespace postern::cli {

struct ImportOptions {
  std::string file;
  bool dry_run = false;
  bool update = false;
  FieldTexts fields;
};

int import_policies(Context& context, const ImportOptions& options);

}  // namespace postern::cli
