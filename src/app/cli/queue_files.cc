#include "app/cli/queue_files.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "io/spool/inspect.h"

namespace postern::cli {

namespace {

using spool::Damage;

base::Result<std::unique_ptr<spool::QueueFolder>> open_queue(const Context& context) {
  auto settings = context.settings();
  if (!settings) return std::unexpected(settings.error());
  return spool::QueueFolder::open(settings->queue_path());
}

void print(std::ostream& out, const std::vector<Damage>& damages) {
  for (const Damage& one : damages) {
    out << "  " << one.file;
    if (one.offset >= 0) out << fmt::format(", byte {}", one.offset);
    if (one.message) out << fmt::format(", message {}", base::queue_id(*one.message));
    out << "\n    " << one.what << "\n";
  }
}

void write(base::JsonWriter& json, const std::vector<Damage>& damages) {
  json.key("damages").begin_array();
  for (const Damage& one : damages) {
    json.begin_object().field("file", one.file).key("offset");
    one.offset >= 0 ? json.value(one.offset) : json.null();
    json.key("message");
    one.message ? json.value(base::queue_id(*one.message)) : json.null();
    json.field("what", one.what).end_object();
  }
  json.end_array();
}

int check(Context& context) {
  auto folder = open_queue(context);
  if (!folder) return context.fail(folder.error());
  const spool::Inspection found = (*folder)->check();
  const bool sound = found.damages.empty();
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("sound", sound).field("messages", found.messages);
    json.field("deliveries", found.deliveries).field("body_bytes", found.body_bytes);
    write(json, found.damages);
    json.end_object();
    context.out << json.text() << "\n";
    return sound ? exit_ok : exit_failed;
  }
  context.out << fmt::format("{} messages for {} destinations, {}: {}\n", found.messages,
                             found.deliveries, size_text(found.body_bytes),
                             sound ? "all is sound." : "not all is sound.");
  print(context.out, found.damages);
  if (!sound) {
    context.out << "Save what can be read with: postern queue salvage FOLDER\n"
                   "Then see docs/recovery.md.\n";
  }
  return sound ? exit_ok : exit_failed;
}

int salvage(Context& context, const std::string& into) {
  auto folder = open_queue(context);
  if (!folder) return context.fail(folder.error());
  auto saved = (*folder)->salvage(into);
  if (!saved) return context.fail(saved.error());
  const bool complete = saved->damages.empty();
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("folder", into).field("saved", saved->saved);
    json.field("without_envelope", saved->without_envelope).key("lost").begin_array();
    for (const base::MessageId id : saved->lost) json.value(base::queue_id(id));
    json.end_array();
    write(json, saved->damages);
    json.end_object();
    context.out << json.text() << "\n";
    return complete ? exit_ok : exit_partly;
  }
  context.out << fmt::format("Saved to {}: {} messages with their envelopes", into, saved->saved);
  if (saved->without_envelope > 0) {
    context.out << fmt::format(", {} bodies without one", saved->without_envelope);
  }
  context.out << ".\n";
  for (const base::MessageId id : saved->lost) {
    context.out << fmt::format("Lost: message {}\n", base::queue_id(id));
  }
  print(context.out, saved->damages);
  return complete ? exit_ok : exit_partly;
}

}  // namespace

void add_queue_file_commands(CLI::App& group, Context& context) {
  CLI::App* checker = group.add_subcommand(
      "check", "Read all that is queued and say what is damaged; nothing is changed");
  checker->callback([&context] { context.exit_code = check(context); });
  CLI::App* saver = group.add_subcommand(
      "salvage", "Save every message that can be read, with its envelope, as files");
  auto into = std::make_shared<std::string>();
  saver->add_option("FOLDER", *into, "Where to; it is made")->required();
  saver->callback([&context, into] { context.exit_code = salvage(context, *into); });
}

}  // namespace postern::cli
