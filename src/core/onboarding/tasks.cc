#include "core/onboarding/tasks.h"

#include <fmt/core.h>

namespace postern::onboarding {

namespace {

std::string count(std::int64_t number, std::string_view one) {
  return fmt::format("{} {}{}", number, one, number == 1 ? "" : "s");
}

std::string policies(std::int64_t number) {
  return fmt::format("{} {}", number, number == 1 ? "policy" : "policies");
}

Task validate_domains(const Progress& is) {
  Task task{TaskId::validate_domains, "Platform", "Validate Your Domains"};
  if (is.validated > 0 && is.waiting == 0) {
    task.state = TaskState::done;
    task.summary = fmt::format("{} validated.", count(is.validated, "domain"));
  } else if (is.validated + is.waiting > 0) {
    task.state = TaskState::started;
    task.summary =
        is.validated == 0
            ? fmt::format("{} waiting for the proof in the DNS.", count(is.waiting, "domain"))
            : fmt::format("{} validated, {} waiting for the proof in the DNS.",
                          count(is.validated, "domain"), is.waiting);
  } else {
    task.summary = "Add the domains that your organisation receives mail for.";
  }
  return task;
}

Task inbound(const Progress& is) {
  Task task{TaskId::inbound, "Gateway", "Prepare for Inbound Email"};
  if (is.validated > 0 && is.routed == is.validated) {
    task.state = TaskState::done;
    task.summary = is.validated == 1
                       ? "The domain has a route to your servers."
                       : fmt::format("All {} domains have routes to your servers.", is.validated);
  } else if (is.routed > 0) {
    task.state = TaskState::started;
    task.summary = fmt::format("{} of {} domains have a route; the others get no mail yet.",
                               is.routed, is.validated);
  } else if (is.validated > 0) {
    task.summary = "Say which servers take the mail of your domains.";
  } else {
    task.state = TaskState::locked;
    task.blocked_by = TaskId::validate_domains;
    task.summary = "Validate a domain first.";
  }
  return task;
}

Task outbound(const Progress& is) {
  Task task{TaskId::outbound, "Platform", "Set Up Your Outbound Email"};
  const bool arrived = is.first_message == Progress::FirstMessage::arrived;
  if (is.senders > 0 && arrived) {
    task.state = TaskState::done;
    task.summary =
        fmt::format("{} known, and mail has arrived from it.", count(is.senders, "sender"));
  } else if (is.senders > 0) {
    task.state = TaskState::started;
    task.summary =
        fmt::format("{} known; waiting for the first message.", count(is.senders, "sender"));
  } else if (is.validated > 0) {
    task.summary = "Say which of your servers may send through the gateway.";
  } else {
    task.state = TaskState::locked;
    task.blocked_by = TaskId::validate_domains;
    task.summary = "Validate a domain first.";
  }
  return task;
}

Task tls_policies(const Progress& is) {
  Task task{TaskId::tls_policies, "Optional", "Set Up Your TLS Policies"};
  if (is.draft == Progress::Draft::started) {
    task.state = TaskState::started;
    task.summary = "A draft is waiting; nothing of it is in force before Finish.";
  } else if (is.enforced > 0) {
    task.state = TaskState::done;
    task.summary = is.monitored == 0 ? fmt::format("{} in force.", policies(is.enforced))
                                     : fmt::format("{} in force, {} only watched.",
                                                   policies(is.enforced), is.monitored);
  } else if (is.routed == 0) {
    task.state = TaskState::locked;
    task.blocked_by = TaskId::inbound;
    task.summary = "Your own servers need a route first.";
  } else if (is.monitored > 0) {
    task.state = TaskState::started;
    task.summary = fmt::format("{} only watched: promote what is ready.", policies(is.monitored));
  } else {
    task.summary = "Choose the partners whose mail must travel encrypted.";
  }
  return task;
}

}  // namespace

std::string_view task_text(TaskId id) {
  switch (id) {
    case TaskId::validate_domains:
      return "validate-domains";
    case TaskId::inbound:
      return "inbound";
    case TaskId::outbound:
      return "outbound";
    case TaskId::tls_policies:
      return "tls-policies";
  }
  return "";
}

std::string_view task_state_text(TaskState state) {
  switch (state) {
    case TaskState::locked:
      return "locked";
    case TaskState::ready:
      return "ready";
    case TaskState::started:
      return "started";
    case TaskState::done:
      return "done";
  }
  return "";
}

std::array<Task, 4> tasks_of(const Progress& progress) {
  return {validate_domains(progress), inbound(progress), outbound(progress),
          tls_policies(progress)};
}

}  // namespace postern::onboarding
