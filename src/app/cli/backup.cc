// postern backup
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "app/cli/cli.h"
#include "app/cli/queue_files.h"
#include "io/records/copy.h"
#include "io/spool/copy.h"

namespace postern::cli {

namespace {

namespace fs = std::filesystem;

base::Failure file_failure(const std::string& path, const std::error_code& error) {
  return {"file-error", fmt::format("{} could not be made: {}.", path, error.message()), {}};
}

base::Result<> make_new_folder(const std::string& folder) {
  std::error_code error;
  if (!fs::create_directory(folder, error) && !error) {
    return base::fail("folder-in-use",
                      fmt::format("{} is there already. Name a new folder.", folder));
  }
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return std::unexpected(file_failure(folder, error));
  return {};
}

// A key that other systems know us by; small, and never changed.
base::Result<> copy_key(const std::string& from, const std::string& into) {
  std::error_code error;
  if (!fs::exists(from, error)) return {};
  const std::string path = into + "/" + fs::path(from).filename().string();
  fs::copy_file(from, path, error);
  if (error) return std::unexpected(file_failure(path, error));
  return {};
}

struct Backup {
  std::string folder;
  spool::QueueCopy queue;
};

// The queue first: evidence leaves it for the records, so that none falls between the two.
base::Result<> copy_all(const app::Settings& settings, Backup& backup) {
  if (auto made = make_new_folder(backup.folder); !made) return made;
  if (access(settings.queue_path().c_str(), F_OK) == 0) {
    auto queue = spool::copy_queue(settings.queue_path(), backup.folder + "/queue",
                                   spool::CopyWhat::whole_messages);
    if (!queue) return std::unexpected(queue.error());
    backup.queue = *std::move(queue);
  }
  auto records = records::copy_records(settings.records_path(), backup.folder + "/records.db");
  if (!records) return records;
  return copy_key(settings.dkim_key_path(), backup.folder);
}

int run_backup(Context& context, const std::string& folder) {
  auto settings = context.settings();
  if (!settings) return context.fail(settings.error());
  Backup backup{.folder = folder, .queue = {}};
  if (auto done = copy_all(*settings, backup); !done) return context.fail(done.error());
  const spool::QueueCopy& queue = backup.queue;
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("folder", folder).field("messages", queue.messages);
    json.field("deliveries", queue.deliveries).field("evidence", queue.evidence);
    write_damages(json, queue.damages);
    json.end_object();
    context.out << json.text() << "\n";
  } else {
    context.out << fmt::format("{} holds the records and {} messages of the queue.\n", folder,
                               queue.messages)
                << damage_lines(queue.damages);
  }
  return queue.damages.empty() ? exit_ok : exit_partly;
}

}  // namespace

void add_backup_commands(CLI::App& root, Context& context) {
  auto folder = std::make_shared<std::string>();
  CLI::App* backup = root.add_subcommand(
      "backup", "Copy records and queue into a new folder, also while the gateway runs");
  backup->footer(
      "The folder is a data directory as it was at that time (docs/recovery.md). Exit code 3 when "
      "damaged messages could not be copied; they are named.");
  backup->add_option("folder", *folder, "A folder that does not exist yet")
      ->type_name("FOLDER")
      ->required();
  backup->callback([&context, folder] { context.exit_code = run_backup(context, *folder); });
}

}  // namespace postern::cli
