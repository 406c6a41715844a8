#include "service/api/task_handlers.h"

#include "service/api/testing/kit.h"

namespace postern::api {
namespace {

using testing::Kit;
using testing::kMain;

struct TaskTest : Kit, ::testing::Test {
  TaskHandlers tasks{{shard, reads}};

  std::string states(const std::string& account = "main") {
    std::string text;
    for (const Task& one : ok(tasks.list(call({}, account))).items) {
      text += (text.empty() ? "" : " ") + std::string(task_state_text(one.state));
    }
    return text;
  }
  void has_domain(const char* name, base::AccountId account = kMain) {
    auto made = records::internal_domain(name, account);
    made.validated = true;
    put(made);
  }
  void has_draft(const std::string& text) {
    const auto change = [&](const records::KeptDraft&) { return std::optional(text); };
    ASSERT_TRUE(book.records().change_draft(kMain, change));
  }
  void has_sender() {
    policy::InternalSender sender;
    sender.account = kMain;
    sender.range = base::IpRange::parse("192.0.2.0/24");
    put(sender);
  }
  void happens(queue::Hop hop, queue::AttemptOutcome outcome, base::AccountId account = kMain) {
    queue::Attempt attempt;
    attempt.time = records::kNow;
    attempt.account = account;
    attempt.hop = hop;
    attempt.outcome = outcome;
    attempt.peer_address = "192.0.2.9";
    attempt.version = tls::Version::tls1_3;
    const std::vector<std::pair<std::int64_t, queue::Attempt>> attempts{{++sequence, attempt}};
    ASSERT_TRUE(book.records().record("node", attempts));
  }
  std::int64_t sequence = 0;
};

TEST_F(TaskTest, FollowWhatIsConfigured) {
  EXPECT_EQ(states(), "ready locked locked locked");
  has_domain("corp.example");
  EXPECT_EQ(states(), "done ready ready locked");
  put(records::internal_route("corp.example", "mail.corp.example"));
  EXPECT_EQ(states(), "done done ready ready");
  has_domain("sales.corp.example");  // goes where its parent goes
  EXPECT_EQ(states(), "done done ready ready");
  has_sender();
  EXPECT_EQ(states(), "done done started ready");
  has_draft("{}");
  EXPECT_EQ(states(), "done done started started");
  has_draft("");
  put(records::policy_for("partner.example"));
  EXPECT_EQ(states(), "done done started done");
  EXPECT_EQ(states("other"), "ready locked locked locked");
}

TEST_F(TaskTest, CountWhatIsDone) {
  has_domain("corp.example");
  const Tasks all = ok(tasks.list(call()));
  EXPECT_EQ(all.done, 1);
  EXPECT_EQ(all.total, 4);
  EXPECT_EQ(all.items[3].blocked_by, "inbound");
}

TEST_F(TaskTest, WaitForTheFirstMessageOfAnInternalServer) {
  has_domain("corp.example");
  has_sender();
  happens(queue::Hop::partner_to_gateway, queue::AttemptOutcome::accepted);
  happens(queue::Hop::internal_to_gateway, queue::AttemptOutcome::refused);
  happens(queue::Hop::internal_to_gateway, queue::AttemptOutcome::accepted, kOther);
  EXPECT_FALSE(ok(tasks.first_message(call())).arrived);
  EXPECT_EQ(states(), "done ready started locked");
  happens(queue::Hop::internal_to_gateway, queue::AttemptOutcome::accepted);
  const FirstMessage message = ok(tasks.first_message(call()));
  EXPECT_TRUE(message.arrived);
  EXPECT_EQ(message.at, records::kNow);
  EXPECT_EQ(message.from_address, "192.0.2.9");
  EXPECT_EQ(message.tls_version, "TLS 1.3");
  EXPECT_EQ(states(), "done ready done locked");
}

TEST_F(TaskTest, TakeNoEndedPolicyForOneInForce) {
  policy::Policy ended = records::policy_for("partner.example");
  ended.valid_until = base::instant(1'000'000);
  put(ended);
  EXPECT_EQ(states(), "ready locked locked locked");
}

}  // namespace
}  // namespace postern::api
