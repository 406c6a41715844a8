// The tasks that lead an administrator from nothing to enforced TLS, and what each waits for:
//
//   validate-domains -> inbound -> tls-policies
//   validate-domains -> outbound
//
// A task's state is not kept anywhere: it follows from what is configured and what has happened, so
// it is right whoever did the work, and on whichever machine.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::onboarding {

enum class TaskId { validate_domains, inbound, outbound, tls_policies };
[[nodiscard]] std::string_view task_text(TaskId id);  // "validate-domains", ...

enum class TaskState {
  locked,   // the task before it has nothing to build on yet
  ready,    // can start
  started,  // something is done, something is left
  done,
};

[[nodiscard]] std::string_view task_state_text(TaskState state);  // "locked", ...

// What an account has.
struct Progress {
  std::int64_t validated = 0, waiting = 0;  // internal domains
  std::int64_t routed = 0;                  // validated domains with a route, or below one that has
  std::int64_t senders = 0;
  enum class FirstMessage { not_yet, arrived };
  FirstMessage first_message = FirstMessage::not_yet;
  std::int64_t enforced = 0, monitored = 0;  // policies that hold now, by stage
  enum class Draft { none, started };
  Draft draft = Draft::none;  // of TLS policies
};

struct Task {
  TaskId id = TaskId::validate_domains;
  std::string_view group, title;
  TaskState state = TaskState::ready;
  std::optional<TaskId> blocked_by{};  // when locked
  std::string summary{};               // one sentence: what is done, or what comes next
};

// In their order.
[[nodiscard]] std::array<Task, 4> tasks_of(const Progress& progress);

}  // namespace postern::onboarding
