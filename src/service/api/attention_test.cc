#include "service/api/attention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::api {
namespace {

using testing::HasSubstr;

struct AttentionTest : ::testing::Test {
  policy::PolicyBook book{policy::Configuration{}};
  base::Instant now{std::chrono::hours(24 * 365)};
  std::vector<records::Failing> reported;

  [[nodiscard]] records::Failing failing(const std::string& host) const {
    records::Failing one;
    one.domain = dns::Domain::parse("corp.example").value();
    one.organization = "Company-X";
    one.result_type = "certificate-expired";
    one.receiving_mx = host;
    one.sessions = 3;
    one.first = one.last = now;
    return one;
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    tls::CertificateFacts own;
    own.not_after = now + std::chrono::days(90);
    std::vector<std::string> texts;
    for (const Attention& one : attention({.book = book,
                                           .account = {1},
                                           .now = now,
                                           .unmet = {},
                                           .peers = {},
                                           .expiring = {},
                                           .reported = reported,
                                           .waiting = {},
                                           .own = {own}})) {
      texts.push_back(one.text);
    }
    return texts;
  }
};

TEST_F(AttentionTest, ToldByStrangersIsShort) {
  reported.push_back(failing(std::string(400, 'x')));
  reported.back().organization = std::string(59, 'y') + "\xc3\xa9" + std::string(400, 'z');
  const auto all = lines();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_LT(all.front().size(), 250U);
  EXPECT_THAT(all.front(), HasSubstr("y... reports"));
}

TEST_F(AttentionTest, ToldByStrangersIsAFewLinesHoweverMuchTheyReport) {
  for (int i = 0; i < 500; ++i) {
    reported.push_back(failing("mx" + std::to_string(i) + ".corp.example"));
  }
  const auto all = lines();
  EXPECT_EQ(all.size(), 6U);
  EXPECT_THAT(all, testing::Contains(HasSubstr("495 more")));
}

}  // namespace
}  // namespace postern::api
