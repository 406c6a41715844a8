#include "service/api/account_handlers.h"

#include "io/crypto/testing/forge.h"
#include "service/api/exception_handlers.h"
#include "service/api/gateway_handlers.h"
#include "service/api/testing/kit.h"

namespace postern::api {
namespace {

using testing::Kit;
using testing::kMain;

struct AccountTest : Kit, ::testing::Test {
  AccountHandlers accounts{editor};

  Call platform(Call made) {
    made.who.grants = {{"*", Role::administrator}};
    return made;
  }
};

TEST_F(AccountTest, IsSeenByThoseWhoHaveARoleInIt) {
  EXPECT_EQ(ok(accounts.list(call())).items.size(), 1U);
  EXPECT_EQ(ok(accounts.list(platform(call()))).items.size(), 2U);
}

TEST_F(AccountTest, CountsWhatItHas) {
  put(records::internal_domain("corp.example", kMain));
  put(records::policy_for("a.example"));
  put(records::policy_for("b.example"));
  const Account main = ok(accounts.get(call()));
  EXPECT_EQ(main.domains, 1);
  EXPECT_EQ(main.policies, 2);
  EXPECT_EQ(ok(accounts.get(call({}, "other"))).policies, 0);
  put(records::policy_for("c.example"));
  EXPECT_EQ(ok(accounts.get(call())).policies, 3);
}

TEST_F(AccountTest, IsAddedOnce) {
  EXPECT_EQ(status(accounts.add(platform(call()), {"third", "Third Inc", {}})), 201);
  EXPECT_EQ(status(accounts.add(platform(call()), {"third", "Third Inc", {}})), 200);
  EXPECT_EQ(problem(accounts.add(platform(call()), {"third", "Other", {}})), "409 already-exists");
  EXPECT_EQ(problem(accounts.add(platform(call()), {"Not Good", "", {}})),
            "422 invalid-account #/name");
}

TEST_F(AccountTest, TakesCasThatCanBeReadAlone) {
  const auto authority = crypto::testing::authority("Private CA");
  EXPECT_EQ(ok(accounts.get(call())).ca_bundle_sha256, std::nullopt);
  EXPECT_TRUE(ok(accounts.change(call(), {{}, authority.pem()})).ca_bundle_sha256);
  EXPECT_EQ(status(accounts.change(call(), {{}, "-----BEGIN CERTIFICATE-----\nnonsense"})), 422);
  EXPECT_EQ(ok(accounts.change(call(), {{"New title"}, {}})).title, "New title");
  EXPECT_TRUE(ok(accounts.get(call())).ca_bundle_sha256);
  EXPECT_FALSE(ok(accounts.change(call(), {{}, ""})).ca_bundle_sha256);
}

TEST_F(AccountTest, GoesWhenItIsEmpty) {
  const auto id = put(records::internal_domain("corp.example", kOther));
  EXPECT_EQ(problem(accounts.remove(platform(call({}, "other")))), "409 account-in-use");
  EXPECT_TRUE(records::remove_one(book.records(), id));
  book.load();
  EXPECT_EQ(problem(accounts.remove(platform(call({}, "other")))), "none");
  EXPECT_EQ(problem(accounts.remove(platform(call()))), "409 account-in-use");
}

TEST_F(AccountTest, ThatHasJustGoneIsNotChanged) {
  Call slow = call({}, "other");
  ASSERT_TRUE(records::remove_one(book.records(), kOther));
  EXPECT_EQ(problem(accounts.change(std::move(slow), {{"title"}, {}})), "404 not-found");
}

struct ExceptionTest : Kit, ::testing::Test {
  ExceptionHandlers exceptions{{shard, editor}};

  ExceptionInput input(std::chrono::hours length) {
    return {"example.com", tls::Mode::opportunistic, "their certificate expired",
            shard.wall_now() + length};
  }
  Call at(std::int64_t id) { return call({{"id", std::to_string(id)}}); }
};

TEST_F(ExceptionTest, HasAnAuthorAndAnEnd) {
  const ExceptionInput wanted = input(std::chrono::hours(24));
  const Exception made = ok(exceptions.add(call(), wanted));
  EXPECT_EQ(made.author, "user:anna");
  EXPECT_TRUE(made.active);
  EXPECT_EQ(status(exceptions.add(call(), wanted)), 200);
  EXPECT_EQ(ok(exceptions.list(call())).items, std::vector<Exception>{made});
}

TEST_F(ExceptionTest, LastsThirtyDaysAtMostAndWeakens) {
  EXPECT_EQ(problem(exceptions.add(call(), input(std::chrono::days(31)))),
            "422 invalid-exception #/end");
  EXPECT_EQ(problem(exceptions.add(call(), input(std::chrono::hours(-1)))),
            "422 invalid-exception #/end");
  ExceptionInput strict = input(std::chrono::hours(1));
  strict.mode = tls::Mode::strict;
  EXPECT_EQ(problem(exceptions.add(call(), strict)), "422 invalid-exception #/mode");
  ExceptionInput mute = input(std::chrono::hours(1));
  mute.reason = " ";
  EXPECT_EQ(problem(exceptions.add(call(), mute)), "422 invalid-exception #/reason");
}

TEST_F(ExceptionTest, OfAnotherAccountDoesNotExist) {
  const Exception theirs = ok(exceptions.add(call({}, "other"), input(std::chrono::hours(1))));
  EXPECT_TRUE(ok(exceptions.list(call())).items.empty());
  EXPECT_EQ(problem(exceptions.remove(at(theirs.id))), "404 not-found");
  EXPECT_EQ(ok(exceptions.list(call({}, "other"))).items.size(), 1U);
}

TEST_F(ExceptionTest, EndsWhenItIsRemoved) {
  const Exception made = ok(exceptions.add(call(), input(std::chrono::hours(1))));
  EXPECT_EQ(problem(exceptions.remove(if_match(at(made.id), "\"old\""))), "412 changed-meanwhile");
  EXPECT_EQ(problem(exceptions.remove(at(made.id))), "none");
  EXPECT_EQ(book.current()->exception(kMain, testing::domain("example.com"), shard.wall_now()),
            nullptr);
}

TEST(GatewayInfo, SaysWhoAnswersAndWhatItShows) {
  Kit kit;
  GatewayHandlers gateway({"gw.example", "1.2", "gw.example#0",
                           [] { return std::vector<Place>{{"world", "192.0.2.1:25", "starttls"}}; },
                           [] {
                             tls::CertificateFacts one;
                             one.dns_names = {"gw.example"};
                             one.issuer = "Test CA";
                             return std::vector{one};
                           }});
  const GatewayInfo info = kit.ok(gateway.get(kit.call()));
  EXPECT_EQ(info.hostname, "gw.example");
  EXPECT_EQ(info.listeners.front().address, "192.0.2.1:25");
  EXPECT_EQ(info.certificates.front().names, std::vector<std::string>{"gw.example"});
}

}  // namespace
}  // namespace postern::api
