// An administrator's hand on queued mail, from the command line or the web application: the same
// deeds, told to the operator and to the dispatcher in the same way.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/observe/event.h"
#include "io/spool/spool.h"

namespace postern::admin {

class QueueHand {
 public:
  struct Needs {
    net::Shard& shard;
    spool::Spool& spool;
    observe::EventSink& events;
    // After a change: the dispatcher looks at the queue again.
    std::function<void()> queue_changed;
    // Deliveries that wait for a requirement become due: policies are looked at again.
    std::function<void()> recalculate;
  };
  explicit QueueHand(Needs needs) : needs_(std::move(needs)) {}

  // What to do with which deliveries: those of the filter, of one message only if one is named.
  struct Deed {
    spool::Spool::Action action = spool::Spool::Action::retry;
    spool::ListFilter which;
    std::optional<base::MessageId> one{};
    std::string actor;  // "cli", "user:anna"
  };
  // Answers how many deliveries it changed.
  [[nodiscard]] net::Task<base::Result<std::int64_t>> act(Deed deed);
  // For the mail of every account.
  void recalculate(std::string actor);
  // For one account's alone: what waits for a requirement, or for its own servers, becomes due; of
  // the messages and to the domain that are named, or of all. What waits because its way is another
  // since the configuration changed became so with the change. Answers how many deliveries.
  struct Choice {
    base::AccountId account;
    std::string domain;
    std::vector<base::MessageId> messages;
  };
  [[nodiscard]] net::Task<base::Result<std::int64_t>> recalculate(Choice choice, std::string actor);

 private:
  // Makes due what waits so to a domain: of one message, or of all.
  using Waits = std::pair<std::string, std::optional<base::MessageId>>;
  [[nodiscard]] net::Task<base::Result<std::set<Waits>>> waiting_of(const Choice& choice);
  Needs needs_;
};

// "retry", "hold", "release", "remove"
[[nodiscard]] std::string_view action_text(spool::Spool::Action action);
[[nodiscard]] std::optional<spool::Spool::Action> action_named(std::string_view text);

}  // namespace postern::admin
