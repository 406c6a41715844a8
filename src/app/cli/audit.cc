// postern audit list | show | verify | export
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <ostream>

#include "app/cli/json_rows.h"
#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"

namespace postern::cli {

namespace {

using records::AuditEntry;

constexpr std::size_t page_size = 1000;

struct AuditOptions {
  std::string from;
  std::string until;
  std::string head;
  std::int64_t sequence = 0;
  std::int64_t limit = 50;
  bool csv = false;
};

// `before` and `after` are texts, byte for byte as the hash covers them.
void write_entry(base::JsonWriter& json, const AuditEntry& entry) {
  json.begin_object().field("sequence", entry.sequence).field("time", base::rfc3339(entry.time));
  json.field("actor", entry.actor).field("via", entry.via);
  json.field("account_id", entry.account.value).field("action", entry.action);
  json.field("object", entry.object).field("before", entry.before).field("after", entry.after);
  json.field("hash", entry.hash).end_object();
}

struct Period {
  std::optional<base::Instant> from;
  std::optional<base::Instant> until;
  [[nodiscard]] bool contains(base::Instant t) const {
    return (!from || t >= *from) && (!until || t < *until);
  }
};

base::Result<Period> period_of(const AuditOptions& options) {
  auto from = read_moment(options.from);
  if (!from) return std::unexpected(from.error());
  auto until = read_moment(options.until);
  if (!until) return std::unexpected(until.error());
  return Period{*from, *until};
}

// Every entry of the period, oldest first, a page of them in memory at a time.
template <class Visit>
base::Result<> each_entry(records::Records& records, const Period& period, Visit visit,
                          std::int64_t after = 0) {
  for (;;) {
    auto page = records.audit_log(after, page_size);
    if (!page) return std::unexpected(page.error());
    for (const AuditEntry& entry : *page) {
      if (period.contains(entry.time)) visit(entry);
    }
    if (page->size() < page_size) return {};
    after = page->back().sequence;
  }
}

int list(Context& context, const AuditOptions& options) {
  auto period = period_of(options);
  if (!period) return context.fail(period.error()), exit_usage;
  if (options.limit < 1) {
    context.err << "postern: --limit is a number from 1.\n";
    return exit_usage;
  }
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto entries = (*records)->audit_entries();
  if (!entries) return context.fail(entries.error());
  // Without a period the last ones are where they are expected; else the whole log is read.
  const bool all = period->from || period->until;
  std::deque<AuditEntry> latest;
  const auto keep = [&](const AuditEntry& entry) {
    latest.push_back(entry);
    if (static_cast<std::int64_t>(latest.size()) > options.limit) latest.pop_front();
  };
  const std::int64_t start = std::max<std::int64_t>(0, *entries - options.limit);
  auto read = each_entry(**records, *period, keep, all ? 0 : start);
  if (!read) return context.fail(read.error());
  base::JsonWriter json;
  json.begin_array();
  Table table({"entry", "time", "who", "action", "object"});
  for (const AuditEntry& entry : latest) {
    write_entry(json, entry);
    table.row({std::to_string(entry.sequence), base::rfc3339(entry.time),
               base::printable(entry.actor, 60), entry.action, base::printable(entry.object, 260)});
  }
  json.end_array();
  if (context.json) {
    context.out << json.text() << "\n";
  } else if (table.empty()) {
    context.out << "Nothing was changed in that time.\n";
  } else {
    context.out << table.text();
  }
  return exit_ok;
}

int show(Context& context, const AuditOptions& options) {
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto found = (*records)->audit_log(options.sequence - 1, 1);
  if (!found) return context.fail(found.error());
  if (found->empty() || found->front().sequence != options.sequence) {
    return context.fail(
        {"not-found",
         fmt::format("There is no audit entry {}. See: postern audit list", options.sequence), ""});
  }
  const AuditEntry& entry = found->front();
  if (context.json) {
    base::JsonWriter json;
    write_entry(json, entry);
    context.out << json.text() << "\n";
    return exit_ok;
  }
  context.out << fmt::format(
      "Entry {}\n  time    {}\n  who     {} (by {})\n  action  {}\n  object  {}\n  before  {}\n"
      "  after   {}\n  hash    {}\n",
      entry.sequence, base::rfc3339(entry.time), base::printable(entry.actor), entry.via,
      entry.action, base::printable(entry.object, 260),
      entry.before.empty() ? "-" : base::printable(entry.before, 65536),
      entry.after.empty() ? "-" : base::printable(entry.after, 65536), entry.hash);
  return exit_ok;
}

int export_entries(Context& context, const AuditOptions& options) {
  auto period = period_of(options);
  if (!period) return context.fail(period.error()), exit_usage;
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  const bool csv = options.csv && !context.json;
  JsonRows rows(context.out, context.json ? JsonRows::Shape::array : JsonRows::Shape::lines);
  if (csv) {
    context.out << "sequence,time,actor,via,account_id,action,object,before,after,hash\r\n";
  }
  auto read = each_entry(**records, *period, [&](const AuditEntry& entry) {
    if (!csv) {
      base::JsonWriter json;
      write_entry(json, entry);
      rows.add(json.text());
      return;
    }
    context.out << fmt::format(
        "{},{},{},{},{},{},{},{},{},{}\r\n", entry.sequence, base::rfc3339(entry.time),
        csv_cell(entry.actor), csv_cell(entry.via), entry.account.value, csv_cell(entry.action),
        csv_cell(entry.object), csv_cell(entry.before), csv_cell(entry.after), entry.hash);
  });
  if (!read) return context.fail(read.error());
  if (!csv) rows.finish();
  return exit_ok;
}

// A head that was noted earlier must be the hash of some entry of the log of now.
base::Result<bool> has_hash(records::Records& records, const std::string& hash) {
  bool found = false;
  auto read =
      each_entry(records, {}, [&](const AuditEntry& entry) { found |= entry.hash == hash; });
  if (!read) return std::unexpected(read.error());
  return found;
}

int verify(Context& context, const AuditOptions& options) {
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto check = (*records)->audit_verify();
  if (!check) return context.fail(check.error());
  if (check->intact && !options.head.empty()) {
    auto known = has_hash(**records, base::lower(options.head));
    if (!known) return context.fail(known.error());
    if (!*known) {
      check->intact = false;
      check->why = "No entry has the hash that was noted earlier: the log was rewritten since.";
    }
  }
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("intact", check->intact).field("entries", check->entries);
    json.field("head", check->head).key("first_bad");
    if (check->first_bad) {
      json.value(*check->first_bad);
    } else {
      json.null();
    }
    json.field("why", check->why).end_object();
    context.out << json.text() << "\n";
  } else if (check->intact) {
    context.out << fmt::format(
        "The audit log is intact: {} entries.\nIts head is {}\nKeep that elsewhere; later, postern "
        "audit verify --head HASH shows that nothing before it was rewritten.\n",
        check->entries, check->head);
  } else {
    context.err << fmt::format(
        "postern: The audit log is NOT intact. {} The {} entries before are good. Keep a copy of "
        "the records file, and compare it with a backup.\n",
        check->why, check->entries);
  }
  return check->intact ? exit_ok : exit_failed;
}

}  // namespace

void add_audit_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand("audit", "Who changed what, in a log that shows tampering");
  group->require_subcommand(1);
  auto options = std::make_shared<AuditOptions>();
  const auto add_period = [&options](CLI::App& command) {
    command.add_option("--from", options->from, "Entries from this time on")->type_name("TIME");
    command.add_option("--until", options->until, "Entries before this time")->type_name("TIME");
  };

  CLI::App* lister = group->add_subcommand("list", "List the latest changes");
  add_period(*lister);
  lister->add_option("--limit", options->limit, "At most this many")
      ->type_name("N")
      ->capture_default_str();
  lister->callback([&context, options] { context.exit_code = list(context, *options); });

  CLI::App* shower = group->add_subcommand("show", "Show one entry with what was before and after");
  shower->add_option("entry", options->sequence, "Number of the entry")->type_name("N")->required();
  shower->callback([&context, options] { context.exit_code = show(context, *options); });

  CLI::App* verifier = group->add_subcommand("verify", "Check that nothing was removed or altered");
  verifier->add_option("--head", options->head, "A head noted earlier, which must still be there")
      ->type_name("HASH");
  verifier->callback([&context, options] { context.exit_code = verify(context, *options); });

  CLI::App* exporter = group->add_subcommand(
      "export", "Print all entries of a period, one JSON object a line; --json for one array");
  add_period(*exporter);
  exporter->add_flag("--csv", options->csv, "CSV instead");
  exporter->callback(
      [&context, options] { context.exit_code = export_entries(context, *options); });
}

}  // namespace postern::cli
