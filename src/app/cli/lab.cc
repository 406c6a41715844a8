// postern lab list: the practice world's partners, from the table that the practice world itself
// uses.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <ostream>

#include "app/cli/cli.h"
#include "app/cli/table.h"

// The file lab/postures.json, put into the program when it is built.
asm(".section .rodata\n"
    ".global postern_lab_postures\n"
    "postern_lab_postures:\n"
    ".incbin \"" POSTERN_SOURCE_DIR
    "/lab/postures.json\"\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char postern_lab_postures[];

namespace postern::cli {

namespace {

std::string text(const boost::json::value& object, const char* name) {
  const boost::json::value* found = object.as_object().if_contains(name);
  return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

int list(Context& context) {
  if (context.json) {
    context.out << postern_lab_postures;
    return exit_ok;
  }
  boost::json::value postures = boost::json::parse(postern_lab_postures);
  Table table({"partner", "what it is", "a probe should say"});
  for (const boost::json::value& partner : postures.at("partners").as_array()) {
    table.row({text(partner, "domain"), text(partner, "sentence"), text(partner, "expect")});
  }
  context.out
      << table.text()
      << "\nStart the practice world with ./run, or alone with ./run lab; lab/README.md shows "
         "what to play with.\n";
  return exit_ok;
}

}  // namespace

void add_lab_commands(CLI::App& root, Context& context) {
  CLI::App* lab =
      root.add_subcommand("lab", "The practice world: partners good and bad, on loopback");
  lab->require_subcommand(1);
  lab->add_subcommand("list", "List the partners and what is wrong with each")
      ->callback([&context] { context.exit_code = list(context); });
}

}  // namespace postern::cli
