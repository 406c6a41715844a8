#include "io/observe/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <vector>

#include "core/base/json_writer.h"
#include "core/base/text.h"

namespace postern::observe {

namespace {

constexpr std::size_t value_limit = 1024;

int journal_priority(Level level) {
  switch (level) {
    case Level::debug:
      return 7;
    case Level::info:
      return 6;
    case Level::notice:
      return 5;
    case Level::warning:
      return 4;
    case Level::error:
      return 3;
  }
  return 6;
}

// A bare word stays bare; anything else is quoted, so a value cannot look like another field.
std::string logfmt_value(std::string_view value) {
  auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._:/@+<>[]*,").contains(c);
  };
  if (!value.empty() && value.size() <= value_limit && std::ranges::all_of(value, plain)) {
    return std::string(value);
  }
  std::string out = "\"";
  for (char c : base::printable(value, value_limit)) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string logfmt_line(base::Instant time, const EventInfo& info, std::span<const Field> fields) {
  std::string out = fmt::format("time={} level={} event={}", base::rfc3339(time),
                                level_word(info.level), info.name);
  for (const Field& field : fields) {
    out += fmt::format(" {}={}", field.name, logfmt_value(field.value));
  }
  return out;
}

std::string json_line(base::Instant time, const EventInfo& info, std::span<const Field> fields) {
  base::JsonWriter json;
  json.begin_object();
  json.field("time", base::rfc3339(time));
  json.field("level", level_word(info.level));
  json.field("event", info.name);
  for (const Field& field : fields) {
    json.field(field.name, base::printable(field.value, value_limit));
  }
  json.end_object();
  return std::move(json).take();
}

void to_journal(const EventInfo& info, std::span<const Field> fields) {
  std::vector<std::string> entries;
  std::string message = std::string(info.name);
  for (const Field& field : fields) {
    message += fmt::format(" {}={}", field.name, logfmt_value(field.value));
    std::string name = "POSTERN_";
    for (char c : field.name) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : '_';
    entries.push_back(name + "=" + base::printable(field.value, value_limit));
  }
  entries.push_back("MESSAGE=" + message);
  entries.push_back(fmt::format("PRIORITY={}", journal_priority(info.level)));
  entries.push_back(fmt::format("POSTERN_EVENT={}", info.name));
  entries.push_back("SYSLOG_IDENTIFIER=postern");
  std::vector<iovec> parts;
  for (std::string& entry : entries) parts.push_back({entry.data(), entry.size()});
  sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

using SpdlogSink = std::shared_ptr<spdlog::sinks::sink>;

// Null for the journal.
base::Result<SpdlogSink> make_sink(const LogSettings& settings) {
  if (settings.format == LogFormat::journald) return SpdlogSink();
  try {
    SpdlogSink sink;
    if (settings.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.file);
    }
    sink->set_pattern("%v");
    return sink;
  } catch (const spdlog::spdlog_ex& problem) {
    return base::fail("log-file",
                      fmt::format("The log file cannot be opened: {}. Change [log] file, "
                                  "or let this user write there.",
                                  problem.what()));
  }
}

class LogSink : public Log {
 public:
  LogSink(LogSettings settings, SpdlogSink sink)
      : settings_(std::move(settings)), sink_(std::move(sink)) {}

  void emit(Event event, std::initializer_list<Field> fields) override {
    const EventInfo& info = event_info(event);
    if (info.level < settings_.level) return;
    std::span<const Field> list(fields.begin(), fields.size());
    SpdlogSink sink = current();
    if (!sink) return to_journal(info, list);
    auto now = std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
    std::string line = log_line(settings_.format, now, event, list);
    sink->log(spdlog::details::log_msg("", spdlog::level::info, line));
    sink->flush();
  }

  // A file that cannot be opened anew leaves the old one in use.
  void reopen() override {
    auto fresh = make_sink(settings_);
    if (!fresh) return;
    std::lock_guard lock(mutex_);
    sink_ = std::move(*fresh);
  }

 private:
  SpdlogSink current() {
    std::lock_guard lock(mutex_);
    return sink_;
  }

  LogSettings settings_;
  std::mutex mutex_;
  SpdlogSink sink_;
};

class NoLog : public EventSink {
 public:
  void emit(Event, std::initializer_list<Field>) override {}
};

}  // namespace

std::string log_line(LogFormat format, base::Instant time, Event event,
                     std::span<const Field> fields) {
  const EventInfo& info = event_info(event);
  return format == LogFormat::json ? json_line(time, info, fields)
                                   : logfmt_line(time, info, fields);
}

base::Result<std::unique_ptr<Log>> open_log(LogSettings settings) {
  auto sink = make_sink(settings);
  if (!sink) return std::unexpected(sink.error());
  return std::make_unique<LogSink>(std::move(settings), std::move(*sink));
}

std::unique_ptr<EventSink> no_log() { return std::make_unique<NoLog>(); }

std::string events_reference() {
  std::string out =
      "# Events\n\nMade by `postern docs events` from `src/io/observe/events.inc`; do not edit.\n\n"
      "One event a line. Names keep their meaning from release to release.\n\n"
      "| event | level | meaning |\n|---|---|---|\n";
  for (std::size_t i = 0; i < event_count(); ++i) {
    const EventInfo& info = event_info(static_cast<Event>(i));
    out += fmt::format("| `{}` | {} | {} |\n", info.name, level_word(info.level), info.sentence);
  }
  return out;
}

std::string metrics_reference() {
  std::string out =
      "# Metrics\n\nMade by `postern docs metrics` from `src/io/observe/metrics.inc`; do not "
      "edit.\n\n"
      "Served in the Prometheus text format at `/metrics` of the address in `[http]`.\n\n"
      "| metric | kind | label | meaning |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < static_cast<std::size_t>(Metric::count_); ++i) {
    const MetricInfo& info = metric_info(static_cast<Metric>(i));
    std::string_view kind = info.kind == MetricKind::counter ? "counter"
                            : info.kind == MetricKind::gauge ? "gauge"
                                                             : "histogram";
    out += fmt::format("| `postern_{}` | {} | {} | {} |\n", info.name, kind, info.label,
                       info.sentence);
  }
  return out;
}

}  // namespace postern::observe
