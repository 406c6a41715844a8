// What the program tells its operator: one event a line. Every event is declared once, in
// io/observe/events.inc, with a sentence for the operator; docs/events.md is made from that.
//
// Values that come from a peer are escaped where the line is written, so a caller passes them as
// they are; message content is never passed.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace postern::observe {

enum class Level { debug, info, notice, warning, error };
[[nodiscard]] std::string_view level_word(Level level);

enum class Event {
#define POSTERN_EVENT(name, level, sentence) name,
#include "io/observe/events.inc"
#undef POSTERN_EVENT
};

struct EventInfo {
  std::string_view name;  // with dashes: "delivery-deferred"
  Level level;
  std::string_view sentence;
};
[[nodiscard]] const EventInfo& event_info(Event event);
[[nodiscard]] std::size_t event_count();

struct Field {
  std::string_view name;
  std::string value;
};

// Where events go; given through constructors. Thread-safe.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void emit(Event event, std::initializer_list<Field> fields) = 0;
};

}  // namespace postern::observe
