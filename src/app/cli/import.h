// postern GROUP import: many objects at once, with a verdict for each line.
//
// Input: CSV whose first line names the columns, as `export` writes it, or (where the target has a
// column for it) a plain list, one a line. Empty lines and lines that begin with # are skipped.
// Options given on the command line hold for every line whose column says nothing.
//
// Everything that is taken takes effect in one change; under --dry-run nothing does. A bad line
// spoils no other. Importing the same file again changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/cli.h"
#include "app/cli/fields.h"
#include "app/cli/records_session.h"

namespace postern::cli {

struct ImportOptions {
  std::string file;
  bool dry_run = false;
  bool update = false;
  FieldTexts given;  // options that stand for columns
};

enum class Effect { refused, unchanged, changed, added };

// What became of one line.
struct Taken {
  Effect effect = Effect::refused;
  std::string name;     // what the line is about
  std::string verdict;  // of a refusal: "Duplicate Domain"
  std::string why;      // one sentence; of a line that was taken: what remains to be done, or ""
};

// Takes lines of one kind of objects into a change.
class ImportTarget {
 public:
  virtual ~ImportTarget() = default;
  // The column that names the object; a plain list is made of it.
  [[nodiscard]] virtual std::string_view first_column() const = 0;
  [[nodiscard]] virtual bool has_column(std::string_view name) const = 0;
  // `name`: the text of the first column. Failure: the records take nothing more.
  [[nodiscard]] virtual base::Result<Taken> take(std::int64_t line, std::string_view name,
                                                 const FieldTexts& fields) = 0;
};

// Begins a change, takes every line of the input, prints the verdicts and finishes the change.
using MakeTarget = std::function<std::unique_ptr<ImportTarget>(records::Change&)>;
int import_lines(Context& context, const ImportOptions& options, RecordsSession& session,
                 const MakeTarget& make_target);

// Puts `import FILE` with its options on the command line; `fields` become options.
using RunImport = std::function<int(const ImportOptions&)>;
CLI::App* add_import_command(CLI::App& group, Context& context, const std::string& summary,
                             std::string_view first_column, const std::vector<FieldInfo>& fields,
                             RunImport run);

// An option for every field that has one; what was given lands in `texts`, by field.
using GivenTexts = std::vector<std::vector<std::string>>;
void add_field_options(CLI::App& command, const std::vector<FieldInfo>& fields, GivenTexts& texts);
[[nodiscard]] FieldTexts given_fields(const std::vector<FieldInfo>& fields,
                                      const GivenTexts& texts);

}  // namespace postern::cli
