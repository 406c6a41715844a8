#include "io/observe/event.h"

#include <array>

namespace postern::observe {

namespace {

// The declared name with underscores turned into dashes, at compile time.
template <std::size_t N>
struct Dashed {
  char text[N];
  consteval explicit Dashed(const char (&name)[N]) : text{} {
    for (std::size_t i = 0; i < N; ++i) text[i] = name[i] == '_' ? '-' : name[i];
  }
};
#define POSTERN_EVENT(name, level, sentence) constexpr Dashed name##_text(#name);
#include "io/observe/events.inc"
#undef POSTERN_EVENT

constexpr std::array infos{
#define POSTERN_EVENT(name, level, sentence) \
  EventInfo{std::string_view(name##_text.text), Level::level, sentence},
#include "io/observe/events.inc"
#undef POSTERN_EVENT
};

}  // namespace

std::string_view level_word(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::notice:
      return "notice";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "info";
}

const EventInfo& event_info(Event event) { return infos[static_cast<std::size_t>(event)]; }

std::size_t event_count() { return infos.size(); }

}  // namespace postern::observe
