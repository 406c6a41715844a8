#include "app/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/settings_check.h"

namespace postern::app {
namespace {

std::string problem(std::string_view toml) {
  auto settings = parse_settings(toml, "postern.toml");
  return settings ? "" : settings.error().text;
}

TEST(Settings, AnEmptyFileYieldsTheDeclaredDefaults) {
  auto settings = parse_settings("", "postern.toml");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->limits.message, 64 << 20);
  EXPECT_EQ(settings->delivery.lifetime, std::chrono::hours(120));
  EXPECT_EQ(settings->delivery.retry.front(), "1m");
  EXPECT_TRUE(settings->listener.empty());
}

TEST(Settings, TheExampleIsAValidConfiguration) {
  auto settings = parse_settings(example_configuration(), "example");
  ASSERT_TRUE(settings) << settings.error().text;
  EXPECT_EQ(settings->listener.size(), 2u);
  EXPECT_EQ(check_for_serving(*settings), std::nullopt);
}

TEST(Settings, ListenersKeepTheirDefaultsAndTheirOwnValues) {
  auto settings = parse_settings(
      "[[listener]]\naddress = \"127.0.0.1:25\"\n[[listener]]\naddress = \"[::1]:465\"\n"
      "role = \"internal\"\ntls = \"implicit\"\n",
      "f");
  ASSERT_TRUE(settings) << settings.error().text;
  EXPECT_EQ(settings->listener[0].role, "world");
  EXPECT_EQ(settings->listener[1].tls, "implicit");
}

TEST(Settings, AMistypedSettingIsNamedWithLineAndTheLikelyWord) {
  EXPECT_EQ(problem("[delivery]\n\nlifetme = \"1d\"\n"),
            "postern.toml:3: there is no setting \"lifetme\"; did you mean \"lifetime\"?");
}

TEST(Settings, AMistypedSectionIsNamedWithLine) {
  EXPECT_EQ(problem("[delivry]\n"),
            "postern.toml:1: there is no section \"delivry\"; did you mean \"delivery\"?");
}

TEST(Settings, AWrongTypeSaysWhatIsWanted) {
  EXPECT_NE(problem("[limits]\nmessage = \"big\"\n").find("2: message must be a size such as"),
            std::string::npos);
  EXPECT_NE(problem("[delivery]\nlifetime = 5\n").find("a time such as"), std::string::npos);
  EXPECT_NE(problem("[delivery]\nipv6 = \"no\"\n").find("true or false"), std::string::npos);
}

TEST(Settings, AWrongValueSaysWhatIsAllowed) {
  EXPECT_NE(problem("[[listener]]\naddress=\"0.0.0.0:25\"\nrole = \"outside\"\n")
                .find("must be one of: world, internal"),
            std::string::npos);
  EXPECT_NE(problem("[[listener]]\naddress=\"example\"\n").find("no address with a port"),
            std::string::npos);
  EXPECT_NE(problem("[limits]\nrecipients = 3\n").find("from 100 to"), std::string::npos);
}

TEST(Settings, BrokenTomlNamesTheLine) {
  EXPECT_THAT(problem("[gateway]\n[\n\n[[listener]]\n"),
              ::testing::StartsWith("postern.toml:2: this is not TOML"));
  EXPECT_NE(problem("[gateway]\nhostname = \"a\nnode=1").find("postern.toml:2: this is not TOML"),
            std::string::npos);
}

TEST(Settings, OneBracketForAListenerIsExplained) {
  EXPECT_NE(problem("[listener]\naddress=\"0.0.0.0:25\"\n").find("[[listener]]"),
            std::string::npos);
}

TEST(Settings, ServingNeedsAListener) { EXPECT_TRUE(check_for_serving(default_settings())); }

TEST(Settings, SizesReadTheirUnitsAndRefuseOverflow) {
  std::int64_t bytes = 0;
  EXPECT_TRUE(parse_size("64MiB", bytes));
  EXPECT_EQ(bytes, 64 << 20);
  EXPECT_TRUE(parse_size("10 kB", bytes));
  EXPECT_EQ(bytes, 10'000);
  EXPECT_FALSE(parse_size("9999999999999GiB", bytes));
  EXPECT_FALSE(parse_size("-1", bytes));
  EXPECT_FALSE(parse_size("5 apples", bytes));
}

std::optional<std::string> serving_problem(std::string_view admin) {
  auto settings = parse_settings("[[listener]]\naddress = \"127.0.0.1:25\"\n" + std::string(admin),
                                 "postern.toml");
  return settings ? check_for_serving(*settings) : settings.error().text;
}

TEST(Settings, TheWebApplicationNeedsACertificateOutsideOfLoopback) {
  EXPECT_EQ(serving_problem("[admin]\naddress = \"127.0.0.2:0\"\n"), std::nullopt);
  EXPECT_EQ(serving_problem("[admin]\naddress = \"[::1]:8026\"\n"), std::nullopt);
  EXPECT_EQ(serving_problem("[admin]\naddress = \"\"\n"), std::nullopt);
  EXPECT_NE(serving_problem("[admin]\naddress = \"0.0.0.0:8026\"\n")->find("needs HTTPS"),
            std::string::npos);
  EXPECT_EQ(serving_problem("[admin]\naddress = \"0.0.0.0:8026\"\n"
                            "[tls]\ncertificate = \"/c\"\nkey = \"/k\"\n"),
            std::nullopt);
}

TEST(Settings, TheWebApplicationsNamesAndRangesAreChecked) {
  EXPECT_EQ(serving_problem("[admin]\nnames = [\"proxy.example\", \"192.0.2.1\"]\n"
                            "allow_ranges = [\"10.0.0.0/8\"]\n"),
            std::nullopt);
  EXPECT_NE(problem("[admin]\nallow_ranges = [\"10.0.0.1/8\"]\n").find("no address or range"),
            std::string::npos);
  EXPECT_EQ(serving_problem("[admin]\nproxies = [\"192.0.2.7\", \"2001:db8::/64\"]\n"),
            std::nullopt);
  EXPECT_NE(problem("[admin]\nproxies = [\"proxy.example\"]\n").find("no address or range"),
            std::string::npos);
  EXPECT_NE(problem("[admin]\nnames = [\"a b\"]\n"), "");
  EXPECT_NE(problem("[admin]\ncertificate = \"/c\"\n").find("belong together"), std::string::npos);
}

}  // namespace
}  // namespace postern::app
