// The only loop that turns dialogue steps into I/O.
//
// Dialogue: std::string& output(); Step step() (a std::variant that contains AwaitInput and
//   Finished); void on_input(std::string_view), on_closed(base::Failure), on_timeout().
// Actor: Task<base::Result<>> perform(StepAlternative, Dialogue&) for every other step; it may
//   replace `stream` (TLS). Its Failure ends the dialogue through on_closed.
//
// Steps are taken until Finished, or Idle: then the owner gives the dialogue more, and calls again.
// Bytes that were read and not consumed live in the dialogue, which
// drops them when TLS starts (RFC 3207 4.2: nothing from before survives).
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/deadline.h"
#include "core/base/failure.h"
#include "core/smtp/step.h"
#include "io/net/shard.h"
#include "io/net/stream.h"
#include "io/net/task.h"

namespace postern::net {

struct Link {
  Shard& shard;
  std::unique_ptr<Stream> stream;
  base::Cancellation* cancellation = nullptr;
  std::chrono::milliseconds write_timeout{std::chrono::minutes(5)};

  [[nodiscard]] base::Deadline within(std::chrono::milliseconds d) const {
    return {shard.now() + d, cancellation};
  }
};

template <class Dialogue>
Task<bool> flush_output(Link& link, Dialogue& dialogue) {
  if (dialogue.output().empty()) co_return true;
  std::string bytes = std::exchange(dialogue.output(), {});
  base::Deadline deadline = link.within(link.write_timeout);
  auto written = co_await link.stream->write(bytes, deadline);
  if (!written) dialogue.on_closed(written.error());
  co_return written.has_value();
}

template <class Dialogue>
Task<void> await_input(Link& link, Dialogue& dialogue, smtp::AwaitInput wanted,
                       std::span<char> buffer) {
  base::Deadline deadline = link.within(wanted.timeout);
  auto count = co_await link.stream->read_some(buffer, deadline);
  if (!count && count.error().code == "timeout") {
    dialogue.on_timeout();
  } else if (!count) {
    dialogue.on_closed(count.error());
  } else if (*count == 0) {
    dialogue.on_closed(base::Failure{"connection-closed", "The peer closed the connection.", ""});
  } else {
    dialogue.on_input(std::string_view(buffer.data(), *count));
  }
}

template <class Dialogue, class Actor, class Wanted>
Task<void> perform_step(Dialogue& dialogue, Actor& actor, Wanted wanted) {
  auto done = co_await actor.perform(std::move(wanted), dialogue);
  if (!done) dialogue.on_closed(done.error());
}

template <class Step>
concept RepliesTogether = requires { typename Step::replies_together; };

template <class... Alternatives>
bool replies_together(const std::variant<Alternatives...>& step) {
  return std::visit([]<class Wanted>(const Wanted&) { return RepliesTogether<Wanted>; }, step);
}

template <class... Alternatives>
bool ends_in_order(const std::variant<Alternatives...>& step) {
  const auto* finished = std::get_if<smtp::Finished>(&step);
  return finished != nullptr && finished->ending == smtp::Ending::orderly;
}

template <class... Alternatives>
bool is_idle(const std::variant<Alternatives...>& step) {
  if constexpr ((std::is_same_v<smtp::Idle, Alternatives> || ...)) {
    return std::holds_alternative<smtp::Idle>(step);
  } else {
    return false;
  }
}

// Runs until the dialogue is Finished or Idle. When it is Finished the stream is finished or closed
// as the dialogue says.
template <class Dialogue, class Actor>
Task<void> run_dialogue(Link& link, Dialogue& dialogue, Actor& actor, std::span<char> buffer) {
  for (;;) {
    auto step = dialogue.step();
    bool alive = true;
    if (link.stream && ends_in_order(step)) link.stream->more_follows();
    if (!replies_together(step)) {
      alive = co_await flush_output(link, dialogue);
      if (!alive) step = dialogue.step();
    }
    if (auto* finished = std::get_if<smtp::Finished>(&step)) {
      if (link.stream && alive && ends_in_order(step)) link.stream->finish();
      if (link.stream && finished->ending == smtp::Ending::abrupt) link.stream->close();
      co_return;
    }
    if (!alive) continue;  // on_closed changed the state: look again
    if (is_idle(step)) co_return;
    if (auto* input = std::get_if<smtp::AwaitInput>(&step)) {
      co_await await_input(link, dialogue, *input, buffer);
      continue;
    }
    auto perform = [&]<class Wanted>(Wanted& wanted) -> Task<void> {
      if constexpr (std::is_same_v<Wanted, smtp::AwaitInput> ||
                    std::is_same_v<Wanted, smtp::Finished> || std::is_same_v<Wanted, smtp::Idle>) {
        std::unreachable();
      } else {
        return perform_step(dialogue, actor, std::move(wanted));
      }
    };
    Task<void> action = std::visit(perform, step);
    co_await action;
  }
}

}  // namespace postern::net
