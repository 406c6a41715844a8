#include "service/api/policy_handlers.h"

#include <chrono>
#include <thread>

#include "service/api/testing/kit.h"

namespace postern::api {
namespace {

using testing::Kit;
using testing::kMain;

struct PolicyTest : Kit, ::testing::Test {
  PolicyHandlers policies{{shard, reads, editor}};

  static PolicyInput input(std::string domain) {
    PolicyInput made;
    made.domain = std::move(domain);
    return made;
  }
  Call at(const std::string& domain, const std::string& account = "main") {
    return call({{"domain", domain}}, account);
  }
  std::string etag(const std::string& domain) {
    return etag_of(body_of(ok(policies.get(at(domain)))));
  }
};

TEST_F(PolicyTest, IsInForceWhenTheAnswerComes) {
  const Policy made = ok(policies.add(call(), input("Example.COM.")));
  EXPECT_EQ(made.domain, "example.com");
  EXPECT_EQ(made.mode, tls::Mode::strict);
  EXPECT_EQ(made.author, "user:anna");
  const auto found =
      book.current()->delivery_winner(kMain, testing::domain("example.com"), shard.wall_now());
  ASSERT_NE(found.policy, nullptr);
  EXPECT_EQ(found.policy->id.value, made.id);
}

TEST_F(PolicyTest, IsAddedOnceHoweverOftenItIsSent) {
  EXPECT_EQ(status(policies.add(call(), input("example.com"))), 201);
  EXPECT_EQ(status(policies.add(call(), input("example.com"))), 200);
  PolicyInput other = input("example.com");
  other.mode = tls::Mode::relaxed;
  EXPECT_EQ(problem(policies.add(call(), other)), "409 already-exists");
  EXPECT_EQ(book.current()->configuration().policies.size(), 1U);
}

TEST_F(PolicyTest, NamesEveryFieldAtFault) {
  PolicyInput wrong = input("example.com");
  wrong.mx = {"mx.example.com", "*.*.example.com"};
  wrong.spki = {"abc"};
  wrong.time_limit = "soon";
  EXPECT_EQ(problem(policies.add(call(), wrong)),
            "422 invalid-pattern #/mx/1 #/spki/0 #/time_limit");
  PolicyInput legacy = input("example.com");
  legacy.floor = policy::Floor::legacy;
  EXPECT_EQ(problem(policies.add(call(), legacy)), "422 invalid-policy #/floor");
  EXPECT_EQ(problem(policies.add(call(), input("co.uk"))), "422 invalid-policy #/domain");
}

TEST_F(PolicyTest, IsNotForOnesOwnDomain) {
  auto own = records::internal_domain("corp.example", kMain);
  own.validated = true;
  put(own);
  EXPECT_EQ(problem(policies.add(call(), input("mail.corp.example"))),
            "422 invalid-request #/domain");
}

TEST_F(PolicyTest, IsReplacedAsAWholeAndKeepsItsMaker) {
  PolicyInput first = input("example.com");
  first.note = "first";
  const Policy made = ok(policies.add(call(), first));
  PolicyInput second = input("example.com");
  second.mode = tls::Mode::relaxed;
  Call other_admin = at("example.com");
  other_admin.who.user = "bob";
  const Policy now = ok(policies.replace(std::move(other_admin), second));
  EXPECT_EQ(now.id, made.id);
  EXPECT_EQ(now.author, "user:anna");
  EXPECT_EQ(now.created, made.created);
  EXPECT_EQ(now.note, "");
  EXPECT_EQ(ok(policies.get(at("example.com"))), now);
  EXPECT_EQ(problem(policies.replace(at("example.com"), input("example.org"))),
            "422 invalid-request #/domain");
  EXPECT_EQ(problem(policies.replace(at("example.org"), input("example.org"))), "404 not-found");
}

TEST_F(PolicyTest, IsChangedOnlyInTheStateThatWasSeen) {
  ok(policies.add(call(), input("example.com")));
  const std::string seen = etag("example.com");
  PolicyInput other = input("example.com");
  other.note = "meanwhile";
  ok(policies.replace(if_match(at("example.com"), seen), other));
  EXPECT_EQ(problem(policies.replace(if_match(at("example.com"), seen), input("example.com"))),
            "412 changed-meanwhile");
  EXPECT_EQ(problem(policies.promote(if_match(at("example.com"), seen))), "412 changed-meanwhile");
  EXPECT_EQ(problem(policies.remove(if_match(at("example.com"), seen))), "412 changed-meanwhile");
  EXPECT_EQ(problem(policies.remove(if_match(at("example.com"), etag("example.com")))), "none");
}

TEST_F(PolicyTest, IsJudgedByWhatAnotherProcessHasJustDone) {
  ok(policies.add(call(), input("example.com")));
  const std::string seen = etag("example.com");
  Call slow = if_match(at("example.com"), seen);
  policy::Policy changed = book.current()->configuration().policies.front();
  changed.note = "by the command line";
  put_unseen(changed);  // the book of `slow` is older than this
  PolicyInput mine = input("example.com");
  mine.note = "mine";
  EXPECT_EQ(problem(policies.replace(std::move(slow), mine)), "412 changed-meanwhile");
}

TEST_F(PolicyTest, GoesFromMonitorToEnforce) {
  PolicyInput watched = input("*.gov.uk");
  watched.stage = tls::Stage::monitor;
  ok(policies.add(call(), watched));
  EXPECT_EQ(ok(policies.promote(at("*.gov.uk"))).stage, tls::Stage::enforce);
  EXPECT_EQ(ok(policies.promote(at("*.gov.uk"))).stage, tls::Stage::enforce);
  EXPECT_EQ(problem(policies.promote(at("gov.uk"))), "404 not-found");
}

TEST_F(PolicyTest, OfAnotherAccountDoesNotExist) {
  policy::Policy theirs = records::policy_for("example.com");
  theirs.account = kOther;
  put(theirs);
  EXPECT_EQ(problem(policies.get(at("example.com"))), "404 not-found");
  EXPECT_EQ(problem(policies.replace(at("example.com"), input("example.com"))), "404 not-found");
  EXPECT_EQ(problem(policies.promote(at("example.com"))), "404 not-found");
  EXPECT_EQ(problem(policies.remove(at("example.com"))), "404 not-found");
  EXPECT_EQ(ok(policies.list(call(), {})).total, 0);
  EXPECT_EQ(status(policies.add(call(), input("example.com"))), 201);
  EXPECT_EQ(ok(policies.list(call({}, "other"), {})).total, 1);
}

TEST_F(PolicyTest, AreImportedAsOneChange) {
  Import many;
  many.text = "domain,mode\na.example,strict\nb.example,relaxed\nnot a domain,\n";
  const ImportReport report = ok(policies.import(call(), many));
  EXPECT_EQ(report.added, 2);
  EXPECT_EQ(report.refused, 1);
  EXPECT_EQ(report.lines[2].effect, "refused");
  EXPECT_FALSE(report.lines[2].why.empty());
  EXPECT_EQ(ok(policies.get(at("b.example"))).mode, tls::Mode::relaxed);
  const std::int64_t revision = book.current()->revision();
  EXPECT_EQ(ok(policies.import(call(), many)).unchanged, 2);
  EXPECT_EQ(book.current()->revision(), revision);
  EXPECT_TRUE(ok(policies.list(call({}, "other"), {})).items.empty());
}

TEST_F(PolicyTest, AreNotImportedByADryRun) {
  Import many;
  many.text = "a.example\n";
  many.mode = tls::Mode::relaxed;
  many.dry_run = true;
  EXPECT_EQ(ok(policies.import(call(), many)).added, 1);
  EXPECT_EQ(ok(policies.list(call(), {})).total, 0);
  many.text = "domain,colour\na.example,red\n";
  EXPECT_EQ(problem(policies.import(call(), many)), "422 invalid-heading #/text");
  many.dry_run = false;
  EXPECT_EQ(problem(policies.import(call(), many)), "422 invalid-heading #/text");
}

// --- pages ---------------------------------------------------------------------------------------

struct PolicyPage : ::testing::Test {
  std::shared_ptr<const policy::PolicyBook> book;

  void fill(std::vector<std::string> scopes) {
    policy::Configuration all;
    for (const std::string& scope : scopes) {
      policy::Policy made = records::policy_for(scope);
      made.id.value = static_cast<std::int64_t>(all.policies.size()) + 1;
      all.policies.push_back(made);
    }
    all.policies.back().account = {2};
    book = std::make_shared<const policy::PolicyBook>(std::move(all));
  }
  Policies page(PolicyQuery query = {}) const {
    auto page = policy_page(*book, kMain, query, records::kNow);
    EXPECT_TRUE(page) << page.error().detail;
    return *page;
  }
  static std::string domains(const Policies& page) {
    std::string text;
    for (const Policy& one : page.items) text += (text.empty() ? "" : " ") + one.domain;
    return text;
  }
};

TEST_F(PolicyPage, GoesByDomainAndTakesUpWhereTheLastEnded) {
  fill({"d.example", "a.example", "*.c.example", "c.example", "b.example", "not-ours.example"});
  Policies first = page({.limit = 2});
  EXPECT_EQ(domains(first), "a.example b.example");
  EXPECT_EQ(first.total, 5);
  ASSERT_EQ(first.next, "b.example");
  Policies second = page({.after = first.next, .limit = 2});
  EXPECT_EQ(domains(second), "c.example *.c.example");
  Policies third = page({.after = second.next, .limit = 2});
  EXPECT_EQ(domains(third), "d.example");
  EXPECT_EQ(third.next, std::nullopt);
  EXPECT_EQ(third.total, 5);
}

TEST_F(PolicyPage, FindsDomainsAsTheyAreWrittenAndAsTheyAreShown) {
  fill({"xn--mnchen-3ya.example", "berlin.example", "*.gov.uk", "last.example"});
  EXPECT_EQ(domains(page({.q = "BERLIN"})), "berlin.example");
  EXPECT_EQ(domains(page({.q = "münchen"})), "xn--mnchen-3ya.example");
  EXPECT_EQ(domains(page({.q = "xn--"})), "xn--mnchen-3ya.example");
  EXPECT_EQ(domains(page({.q = "*."})), "*.gov.uk");
  EXPECT_EQ(page({.q = "nowhere"}).total, 0);
}

TEST_F(PolicyPage, ShowsOneModeOrStageAlone) {
  policy::Configuration all;
  all.policies = {records::policy_for("a.example"), records::policy_for("b.example"),
                  records::policy_for("c.example")};
  all.policies[1].mode = tls::Mode::relaxed;
  all.policies[2].stage = tls::Stage::monitor;
  book = std::make_shared<const policy::PolicyBook>(std::move(all));
  EXPECT_EQ(domains(page({.mode = tls::Mode::relaxed})), "b.example");
  EXPECT_EQ(domains(page({.stage = tls::Stage::monitor})), "c.example");
}

TEST_F(PolicyPage, RefusesACursorThatIsNone) {
  fill({"a.example"});
  EXPECT_FALSE(policy_page(*book, kMain, {.after = "not a domain"}, records::kNow));
}

// A page of 100 among 100,000 policies; a second each would be far too slow for this to pass.
TEST_F(PolicyPage, IsQuickAmongVeryMany) {
  std::vector<std::string> many;
  for (int i = 0; i < 100'000; ++i) many.push_back("partner" + std::to_string(i) + ".example");
  fill(std::move(many));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(page({.q = "9"}).items.size(), 100U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

}  // namespace
}  // namespace postern::api
