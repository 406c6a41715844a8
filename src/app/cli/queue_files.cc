#include "app/cli/queue_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/cli.h"
#include "core/base/text.h"
#include "io/spool/check.h"
#include "io/spool/copy.h"
#include "io/spool/recovery.h"

namespace postern::cli {

namespace {

void print_check(const Context& context, const std::string& folder,
                 const spool::QueueCheck& check) {
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("folder", folder).field("intact", check.damages.empty());
    json.field("messages", check.messages).field("pieces", check.extents);
    json.field("bytes", check.bytes).field("segments", check.segments);
    write_damages(json, check.damages);
    json.end_object();
    context.out << json.text() << "\n";
    return;
  }
  context.out << fmt::format("{}: {} messages, {} bytes in {} segment files.\n", folder,
                             check.messages, check.bytes, check.segments);
  if (check.damages.empty()) {
    context.out << "Everything is there, and is what was written.\n";
    return;
  }
  context.out << damage_lines(check.damages)
              << "To save what is readable: stop the gateway, then postern queue salvage FOLDER.\n";
}

int check(Context& context) {
  auto settings = context.settings();
  if (!settings) return context.fail(settings.error());
  auto checked = spool::check_queue(settings->queue_path());
  if (!checked) return context.fail(checked.error());
  print_check(context, settings->queue_path(), *checked);
  return checked->damages.empty() ? exit_ok : exit_failed;
}

void print_salvage(const Context& context, const std::string& folder,
                   const spool::QueueCopy& copy) {
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("folder", folder).field("messages", copy.messages);
    json.field("deliveries", copy.deliveries).field("evidence", copy.evidence);
    json.key("files").begin_array();
    for (const std::string& file : copy.loose) json.value(file);
    json.end_array();
    write_damages(json, copy.damages);
    json.end_object();
    context.out << json.text() << "\n";
    return;
  }
  context.out << fmt::format(
      "{} holds a new queue with {} whole messages ({} deliveries), as they were.\n", folder,
      copy.messages, copy.deliveries);
  for (const std::string& file : copy.loose) context.out << "Saved apart: " << file << "\n";
  if (!copy.damages.empty()) context.out << "What is damaged:\n" << damage_lines(copy.damages);
}

int salvage(Context& context, const std::string& into) {
  auto settings = context.settings();
  if (!settings) return context.fail(settings.error());
  const std::string from = settings->queue_path();
  if (access(from.c_str(), F_OK) != 0) {
    return context.fail({"not-found", fmt::format("There is no message queue in {}.", from), ""});
  }
  // Mail that a running gateway accepts or delivers meanwhile would be lost or sent twice.
  auto lock = spool::FolderLock::take(from);
  if (!lock) return context.fail(lock.error());
  auto saved = spool::copy_queue(from, into, spool::CopyWhat::everything_readable);
  if (!saved) return context.fail(saved.error());
  print_salvage(context, into, *saved);
  return saved->damages.empty() ? exit_ok : exit_partly;
}

}  // namespace

std::string damage_lines(const std::vector<spool::Damage>& damages) {
  std::string text;
  for (const spool::Damage& damage : damages) {
    text += damage.file;
    if (damage.offset >= 0) text += fmt::format(" at {}", damage.offset);
    if (damage.message) text += ", message " + base::queue_id(damage.message);
    text += fmt::format(": {}\n", base::printable(damage.what, 1000));
  }
  return text;
}

void write_damages(base::JsonWriter& json, const std::vector<spool::Damage>& damages) {
  json.key("damage").begin_array();
  for (const spool::Damage& damage : damages) {
    json.begin_object().field("file", damage.file).key("offset");
    if (damage.offset >= 0) {
      json.value(damage.offset);
    } else {
      json.null();
    }
    json.field("message", damage.message ? base::queue_id(damage.message) : std::string());
    json.field("what", damage.what).end_object();
  }
  json.end_array();
}

void add_queue_file_commands(CLI::App& group, Context& context) {
  CLI::App* checker = group.add_subcommand(
      "check", "Read the whole queue on the disk, and name what is damaged; also beside a gateway");
  checker->footer("Exit code 1 when something is damaged.");
  checker->callback([&context] { context.exit_code = check(context); });

  auto folder = std::make_shared<std::string>();
  CLI::App* salvager = group.add_subcommand(
      "salvage", "Save everything readable of a damaged queue into a new folder");
  salvager->footer(
      "The folder is a queue that can take the old one's place (docs/recovery.md). Exit code 3 "
      "when something could not be saved whole; it is named.");
  salvager->add_option("folder", *folder, "A folder that has no queue yet")
      ->type_name("FOLDER")
      ->required();
  salvager->callback([&context, folder] { context.exit_code = salvage(context, *folder); });
}

}  // namespace postern::cli
