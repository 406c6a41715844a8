#include "core/onboarding/tasks.h"

#include <gtest/gtest.h>

namespace postern::onboarding {
namespace {

// "validate-domains=done inbound=ready outbound=started tls-policies=locked"
std::string states(const Progress& progress) {
  std::string text;
  for (const Task& task : tasks_of(progress)) {
    text += (text.empty() ? "" : " ") + std::string(task_text(task.id)) + "=" +
            std::string(task_state_text(task.state));
    EXPECT_FALSE(task.summary.empty());
    EXPECT_EQ(task.blocked_by.has_value(), task.state == TaskState::locked);
  }
  return text;
}

TEST(Tasks, BeginWithTheDomains) {
  EXPECT_EQ(states({}),
            "validate-domains=ready inbound=locked outbound=locked tls-policies=locked");
}

TEST(Tasks, StayLockedWhileADomainWaitsForItsProof) {
  EXPECT_EQ(states({.waiting = 1}),
            "validate-domains=started inbound=locked outbound=locked tls-policies=locked");
}

TEST(Tasks, OpenWithTheFirstValidatedDomain) {
  EXPECT_EQ(states({.validated = 1}),
            "validate-domains=done inbound=ready outbound=ready tls-policies=locked");
}

TEST(Tasks, StayOpenWhenAnotherDomainIsAdded) {
  EXPECT_EQ(states({.validated = 1, .waiting = 1, .routed = 1}),
            "validate-domains=started inbound=done outbound=ready tls-policies=ready");
}

TEST(Tasks, WantARouteForEveryValidatedDomain) {
  EXPECT_EQ(states({.validated = 2, .routed = 1}),
            "validate-domains=done inbound=started outbound=ready tls-policies=ready");
}

TEST(Tasks, AreDoneOutboundWhenTheFirstMessageHasCome) {
  Progress is{.validated = 1, .routed = 1, .senders = 1};
  EXPECT_EQ(states(is), "validate-domains=done inbound=done outbound=started tls-policies=ready");
  is.first_message = Progress::FirstMessage::arrived;
  EXPECT_EQ(states(is), "validate-domains=done inbound=done outbound=done tls-policies=ready");
}

TEST(Tasks, TakeADraftForAStart) {
  Progress is{.validated = 1, .routed = 1};
  is.draft = Progress::Draft::started;
  EXPECT_EQ(states(is), "validate-domains=done inbound=done outbound=ready tls-policies=started");
  is.enforced = 3;
  EXPECT_EQ(states(is), "validate-domains=done inbound=done outbound=ready tls-policies=started");
}

TEST(Tasks, AreDoneWithAPolicyInForce) {
  Progress is{.validated = 1, .routed = 1, .enforced = 1, .monitored = 2};
  EXPECT_EQ(states(is), "validate-domains=done inbound=done outbound=ready tls-policies=done");
  EXPECT_EQ(tasks_of(is)[3].summary, "1 policy in force, 2 only watched.");
  is.enforced = 0;
  EXPECT_EQ(states(is), "validate-domains=done inbound=done outbound=ready tls-policies=started");
}

TEST(Tasks, NameTheTaskThatBlocks) {
  EXPECT_EQ(tasks_of({})[1].blocked_by, TaskId::validate_domains);
  EXPECT_EQ(tasks_of({.validated = 1})[3].blocked_by, TaskId::inbound);
}

}  // namespace
}  // namespace postern::onboarding
