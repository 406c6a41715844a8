#include "core/onboarding/policy_fields.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace postern::onboarding {
namespace {

using policy::Policy;

const PolicyField& field(std::string_view name) {
  for (const PolicyField& one : policy_fields()) {
    if (one.name == name) return one;
  }
  throw std::out_of_range(std::string(name));
}

std::string refusal(std::string_view name, std::string_view text) {
  Policy policy;
  auto read = field(name).read(policy, text);
  EXPECT_EQ(policy, Policy()) << name;
  return read ? "taken" : read.error().text;
}

// Of each, one that is not its default, in the form in which it is exported.
const std::map<std::string, std::string, std::less<>> kValues = {
    {"mode", "relaxed"},
    {"stage", "monitor"},
    {"mx", "mx1.example.com *.mail.example.net"},
    {"name", "mail.example.com example.com"},
    {"spki", std::string(62, 'a') + "01"},
    {"client_name", "out.example.com"},
    {"require", "dane"},
    {"floor", "tls1.3"},
    {"on_failure", "bounce"},
    {"time_limit", "4h"},
    {"direction", "receipt"},
    {"exclude", "lab.example.com"},
    {"valid_from", "2027-01-31T12:00:00Z"},
    {"valid_until", "2027-02-28T00:00:00Z"},
    {"note", "agreed with their postmaster"},
};

TEST(PolicyFields, ReadWhatTheyWrite) {
  for (const PolicyField& one : policy_fields()) {
    const auto value = kValues.find(one.name);
    ASSERT_NE(value, kValues.end()) << one.name << " has no value here";
    Policy policy;
    auto read = one.read(policy, value->second);
    ASSERT_TRUE(read) << one.name << ": " << read.error().text;
    EXPECT_NE(policy, Policy()) << one.name;
    EXPECT_EQ(one.write(policy), value->second);
  }
}

TEST(PolicyFields, GoBackToTheirDefaultsWhenEmpty) {
  for (const PolicyField& one : policy_fields()) {
    Policy policy;
    ASSERT_TRUE(one.read(policy, kValues.find(one.name)->second)) << one.name;
    ASSERT_TRUE(one.read(policy, "")) << one.name;
    EXPECT_EQ(policy, Policy()) << one.name;
  }
}

TEST(PolicyFields, SayWhatTheyTakeWhenTheyDoNot) {
  EXPECT_EQ(refusal("mode", "secure"), "\"secure\" is not one of opportunistic, relaxed, strict.");
  EXPECT_EQ(refusal("direction", "in"), "\"in\" is not one of both, delivery, receipt.");
  EXPECT_EQ(refusal("time_limit", "soon"),
            "\"soon\" is not a length of time: write 30m, 4h or 2d.");
  EXPECT_EQ(refusal("valid_from", "tomorrow"),
            "\"tomorrow\" is not a time: write 2027-01-31 or 2027-01-31T12:00:00Z.");
  for (const auto* name : {"stage", "require", "floor", "on_failure", "mx", "name", "spki",
                           "client_name", "exclude", "valid_until"}) {
    EXPECT_NE(refusal(name, "..no"), "taken") << name;
  }
}

TEST(PolicyFields, ShowNoControlsOfWhatTheyRefuse) {
  EXPECT_EQ(refusal("mode", "\x1b[2Jx").find('\x1b'), std::string::npos);
}

TEST(PolicyFields, TakeNamesOnceHoweverOftenTheyStand) {
  Policy policy;
  ASSERT_TRUE(field("name").read(policy, "a.example, b.example\ta.example"));
  EXPECT_EQ(field("name").write(policy), "a.example b.example");
}

}  // namespace
}  // namespace postern::onboarding
