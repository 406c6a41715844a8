// Writes events, one a line, as logfmt, JSON or to the journal. Every value is escaped here, so a
// peer's bytes cannot forge a line, a field or a terminal sequence.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "io/observe/event.h"
#include "io/observe/metrics.h"

namespace postern::observe {

enum class LogFormat { logfmt, json, journald };

struct LogSettings {
  LogFormat format = LogFormat::logfmt;
  Level level = Level::info;
  std::string file;  // empty: standard error
};

// A log that can be told to open its file anew, after a rotation.
class Log : public EventSink {
 public:
  virtual void reopen() = 0;
};

// Opens the place to write to. Failure "log-file" names file and reason.
[[nodiscard]] base::Result<std::unique_ptr<Log>> open_log(LogSettings settings);

// One line without its end: `time=... level=... event=... name=value`, or a JSON object.
[[nodiscard]] std::string log_line(LogFormat format, base::Instant time, Event event,
                                   std::span<const Field> fields);

// Drops everything: for programs that have no log.
[[nodiscard]] std::unique_ptr<EventSink> no_log();

// docs/events.md and docs/metrics.md, from the declarations.
[[nodiscard]] std::string events_reference();
[[nodiscard]] std::string metrics_reference();

}  // namespace postern::observe
