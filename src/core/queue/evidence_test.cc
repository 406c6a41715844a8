#include "core/queue/evidence.h"

#include <gtest/gtest.h>

#include <set>

namespace postern::queue {
namespace {

TEST(EvidenceWords, NameEachHopFromItsSenderToItsReceiver) {
  EXPECT_EQ(hop_text(Hop::partner_to_gateway), "partner-to-gateway");
  EXPECT_EQ(hop_text(Hop::gateway_to_internal), "gateway-to-internal");
  EXPECT_EQ(hop_text(Hop::internal_to_gateway), "internal-to-gateway");
  EXPECT_EQ(hop_text(Hop::gateway_to_partner), "gateway-to-partner");
}

TEST(EvidenceWords, TellEveryOutcomeApart) {
  std::set<std::string_view> words;
  for (const auto outcome :
       {AttemptOutcome::accepted, AttemptOutcome::delivered, AttemptOutcome::deferred,
        AttemptOutcome::refused, AttemptOutcome::bounced, AttemptOutcome::probed}) {
    words.insert(outcome_text(outcome));
  }
  EXPECT_EQ(words.size(), 6u);
  EXPECT_FALSE(words.contains(""));
}

}  // namespace
}  // namespace postern::queue
