#include "service/api/drafts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/api/etag.h"
#include "service/api/testing/draft_world.h"

namespace postern::api {
namespace {

using records::kMain;
using testing::DraftWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Posture;
using testing::problem;
using ::testing::SizeIs;

Posture plain() {
  Posture posture;
  posture.starttls = false;
  return posture;
}

net::Task<Draft> validated(DraftWorld& world) {
  RouteTestInput input{.address = "ann@corp.example"};
  auto job = co_await world.drafts->validate(world.call(), input);
  EXPECT_EQ(problem(job), "none");
  auto draft = co_await world.settled();
  co_return draft;
}

net::Task<Draft> with_lines(DraftWorld& world, std::string text) {
  DraftLines lines{.text = std::move(text)};
  auto added = co_await world.drafts->add_domains(world.call(), lines);
  EXPECT_EQ(problem(added), "none");
  auto draft = co_await world.settled();
  co_return draft;
}

std::vector<std::string> actions(const std::vector<Planned>& changes) {
  std::vector<std::string> all;
  for (const Planned& one : changes) all.push_back(one.action + " " + one.object);
  return all;
}

// --- the whole way -------------------------------------------------------------------------------

net::Task<void> go_the_whole_way(DraftWorld& world) {
  Draft draft = co_await validated(world);
  EXPECT_TRUE(draft.may_go_on) << draft.why_not;
  EXPECT_EQ(draft.address, "ann@corp.example");
  EXPECT_EQ(draft.routes.at(0).shown_as, "Strict - Trusted Enforced");
  EXPECT_EQ(draft.author, "user:anna");

  draft = co_await with_lines(world, "good.example\nplain.example\nnowhere.example\nno domain");
  EXPECT_EQ(draft.domains.at(0).finding->shown_as, "Ready: strict");
  EXPECT_THAT(draft.domains.at(0).mx, ElementsAre("mx.good.example"));
  EXPECT_EQ(draft.domains.at(1).stage, tls::Stage::monitor);
  EXPECT_THAT(draft.domains.at(1).will_fail, HasSubstr("Mail to plain.example will not be"));
  EXPECT_EQ(draft.domains.at(2).verdict_text, "Domain Not Found");
  EXPECT_EQ(draft.domains.at(3).verdict_text, "Invalid Domain");
  EXPECT_THAT(world.current().configuration().policies, IsEmpty());

  auto taken = co_await world.drafts->take_domains(world.call());
  EXPECT_TRUE(taken->body.domains.at(0).added);
  EXPECT_FALSE(taken->body.domains.at(2).added);

  auto plan = co_await world.drafts->plan(world.call());
  EXPECT_TRUE(plan->body.may_finish) << plan->body.why_not;
  auto finished = co_await world.drafts->finish(world.call());
  if (!finished) throw std::runtime_error(finished.error().detail);
  EXPECT_EQ(finished->body.changes, plan->body.changes);
  EXPECT_THAT(actions(finished->body.changes),
              ElementsAre("add policy good.example", "add policy plain.example",
                          HasSubstr("enforce internal route mail.corp.example:")));
  EXPECT_EQ(finished->body.revision, world.current().revision());
}

TEST(Drafts, LeadFromAnEmptyStartToPoliciesInForce) {
  DraftWorld world;
  world.has_route(world.trusted("mail.corp.example"));
  world.has_partner("good.example", 2, world.trusted("mx.good.example"));
  world.has_partner("plain.example", 3, plain());
  world.play(go_the_whole_way);
  const auto& configuration = world.current().configuration();
  ASSERT_THAT(configuration.policies, SizeIs(2));
  EXPECT_EQ(configuration.policies[0].scope.text(), "good.example");
  EXPECT_EQ(configuration.policies[0].author, "user:anna");
  EXPECT_EQ(configuration.policies[0].mx_pins.at(0).text(), "mx.good.example");
  EXPECT_EQ(configuration.policies[1].stage, tls::Stage::monitor);
  EXPECT_EQ(configuration.internal_routes[0].mode, tls::Mode::strict);
  EXPECT_EQ(world.records().draft(kMain)->text, "");
}

net::Task<void> finish_twice(DraftWorld& world) {
  co_await validated(world);
  auto first = co_await world.drafts->finish(world.call());
  EXPECT_EQ(problem(first), "none");
  auto second = co_await world.drafts->finish(world.call());
  EXPECT_EQ(problem(second), "409 nothing-to-do");
}

TEST(Drafts, AreFinishedOnceHoweverOftenItIsAsked) {
  DraftWorld world;
  world.has_route(world.trusted("mail.corp.example"));
  world.play(finish_twice);
}

// --- what stops --------------------------------------------------------------------------------

net::Task<void> meet_a_red_route(DraftWorld& world) {
  Draft draft = co_await validated(world);
  EXPECT_FALSE(draft.may_go_on);
  EXPECT_THAT(draft.why_not, HasSubstr("TLS Not Supported"));
  DraftChange next{.step = onboarding::Step::domains};
  auto gone_on = co_await world.drafts->change(world.call(), next);
  EXPECT_EQ(problem(gone_on), "409 route-not-proved");
  auto finished = co_await world.drafts->finish(world.call());
  EXPECT_EQ(problem(finished), "409 route-not-proved");
}

TEST(Drafts, StopAtARedRoute) {
  DraftWorld world;
  world.has_route(plain());
  world.play(meet_a_red_route);
}

net::Task<void> change_a_proved_route(DraftWorld& world) {
  co_await validated(world);
  auto route = world.current().configuration().internal_routes.at(0);
  route.names = {records::domain("other.corp.example")};
  world.put(route);
  auto finished = co_await world.drafts->finish(world.call());
  EXPECT_EQ(problem(finished), "409 route-not-proved");
  EXPECT_THAT(finished.error().detail, HasSubstr("was changed after its test"));
}

TEST(Drafts, StopAtARouteThatWasChangedAfterItsTest) {
  DraftWorld world;
  world.has_route(world.trusted("mail.corp.example"));
  world.play(change_a_proved_route);
}

net::Task<void> be_overtaken(DraftWorld& world) {
  co_await validated(world);
  co_await with_lines(world, "good.example");
  (void)co_await world.drafts->take_domains(world.call());
  world.put_unseen(records::policy_for("good.example"));
  auto finished = co_await world.drafts->finish(world.call());
  EXPECT_EQ(problem(finished), "409 changed-meanwhile");
  EXPECT_THAT(finished.error().detail, HasSubstr("good.example is under a policy already"));
  auto draft = co_await world.drafts->get(world.call());
  EXPECT_EQ(draft->body.domains.at(0).verdict_text, "Duplicate Domain");
  Call at = world.call({{"domain", "good.example"}});
  auto removed = co_await world.drafts->remove_domain(std::move(at));
  EXPECT_THAT(removed->body.domains, IsEmpty());
}

TEST(Drafts, StopWhenAnotherAddedThePolicyFirst) {
  DraftWorld world;
  world.has_route(world.trusted("mail.corp.example"));
  world.has_partner("good.example", 2, world.trusted("mx.good.example"));
  world.play(be_overtaken);
}

net::Task<void> see_an_unrelated_change(DraftWorld& world) {
  co_await validated(world);
  world.put_unseen(records::policy_for("unrelated.example"));
  auto finished = co_await world.drafts->finish(world.call());
  EXPECT_EQ(problem(finished), "none");
}

TEST(Drafts, AreFinishedOverAnothersUnrelatedChange) {
  DraftWorld world;
  world.has_route(world.trusted("mail.corp.example"));
  world.play(see_an_unrelated_change);
}

net::Task<void> enforce_what_fails(DraftWorld& world) {
  co_await with_lines(world, "plain.example");
  const auto at = world.call({{"domain", "plain.example"}});
  DraftDomainChange enforce{.stage = tls::Stage::enforce};
  auto refused = co_await world.drafts->change_domain(at, enforce);
  EXPECT_EQ(problem(refused), "409 confirmation-needed");
  DraftDomainChange confirm{.confirmed = true};
  auto confirmed = co_await world.drafts->change_domain(at, confirm);
  EXPECT_EQ(confirmed->body.domains.at(0).stage, tls::Stage::enforce);
  EXPECT_TRUE(confirmed->body.domains.at(0).confirmed);
  DraftDomainChange pins{.mx = std::vector<std::string>{"mx.*.example", "MX.plain.example"}};
  auto wrong = co_await world.drafts->change_domain(at, pins);
  EXPECT_EQ(problem(wrong), "422 invalid-request");
  EXPECT_EQ(wrong.error().errors.at(0).pointer, "#/mx/0");
  const auto elsewhere = world.call({{"domain", "no.example"}});
  auto unknown = co_await world.drafts->change_domain(elsewhere, confirm);
  EXPECT_EQ(problem(unknown), "404 not-found");
}

TEST(Drafts, EnforceWhatFailsOnlyWhenThatIsConfirmed) {
  DraftWorld world;
  world.has_partner("plain.example", 2, plain());
  world.play(enforce_what_fails);
}

net::Task<void> add_too_many(DraftWorld& world) {
  DraftLines lines;
  for (int i = 0; i < 51; ++i) lines.text += "d" + std::to_string(i) + ".example\n";
  auto added = co_await world.drafts->add_domains(world.call(), lines);
  EXPECT_EQ(problem(added), "422 too-many-lines");
  EXPECT_EQ(added.error().errors.at(0).pointer, "#/text");
  auto draft = co_await world.drafts->get(world.call());
  EXPECT_THAT(draft->body.domains, IsEmpty());
  EXPECT_FALSE(draft->body.started);
}

TEST(Drafts, RefuseTheFiftyFirstLine) {
  DraftWorld world;
  world.play(add_too_many);
}

net::Task<void> test_strange_addresses(DraftWorld& world) {
  for (const char* address : {"ann@partner.example", "ann@[127.0.0.1]", "nonsense"}) {
    RouteTestInput input{.address = address};
    auto job = co_await world.drafts->validate(world.call(), input);
    EXPECT_FALSE(job);
    EXPECT_EQ(job.error().status, 422) << address;
    EXPECT_EQ(job.error().errors.at(0).pointer, "#/address");
  }
  RouteTestInput input{.address = "ann@corp.example"};
  auto job = co_await world.drafts->validate(world.call(), input);
  EXPECT_EQ(problem(job), "422 no-internal-route");
}

TEST(Drafts, TestOnlyInternalAddressesThatHaveARoute) {
  DraftWorld world;
  world.play(test_strange_addresses);
}

// --- several at once -----------------------------------------------------------------------------

net::Task<void> work_together(DraftWorld& world) {
  DraftLines annas{.text = "a.example"}, berts{.text = "b.example"};
  Call anna = world.call({}, "anna"), bert = world.call({}, "bert");
  auto first = co_await world.drafts->add_domains(std::move(anna), annas);
  auto second = co_await world.drafts->add_domains(std::move(bert), berts);
  EXPECT_THAT(second->body.domains, SizeIs(2));
  EXPECT_EQ(second->body.author, "user:bert");
  EXPECT_GT(second->body.revision, first->body.revision);

  co_await world.settled();
  auto seen = co_await world.drafts->get(world.call());
  const std::string tag = etag_of(body_of(seen->body));
  Call annas_call = world.call({{"domain", "a.example"}}, "anna");
  Call berts_call = world.call({{"domain", "b.example"}}, "bert");
  annas_call.request.headers["if-match"] = berts_call.request.headers["if-match"] = tag;
  auto removed = co_await world.drafts->remove_domain(annas_call);
  EXPECT_EQ(problem(removed), "none");
  auto late = co_await world.drafts->remove_domain(berts_call);
  EXPECT_EQ(problem(late), "412 changed-meanwhile");
}

TEST(Drafts, AreSharedAndLoseNobodysLines) {
  DraftWorld world;
  world.play(work_together);
}

net::Task<void> throw_away(DraftWorld& world) {
  std::vector<std::string> authors;
  const auto listening = world.drafts->changed().subscribe(
      [&](const base::AccountId&, const std::string& author) { authors.push_back(author); });
  co_await validated(world);
  const auto before = world.current().revision();
  auto gone = co_await world.drafts->discard(world.call());
  EXPECT_FALSE(gone->body.started);
  EXPECT_THAT(gone->body.routes, IsEmpty());
  EXPECT_EQ(world.records().revision().value(), before);
  EXPECT_EQ(authors.front(), "user:anna");
  EXPECT_EQ(authors.back(), "user:anna");
  EXPECT_EQ(authors.at(1), "gateway");
}

TEST(Drafts, AreThrownAwayWithoutATrace) {
  DraftWorld world;
  world.has_route(world.trusted("mail.corp.example"));
  world.play(throw_away);
}

net::Task<void> change_nothing(DraftWorld& world) {
  DraftChange change{.require_tls_from_servers = true};
  auto first = co_await world.drafts->change(world.call(), change);
  auto again = co_await world.drafts->change(world.call(), change);
  EXPECT_EQ(first->body.revision, again->body.revision);
}

TEST(Drafts, StayTheSameWhenNothingChanges) {
  DraftWorld world;
  world.play(change_nothing);
}

// --- kept text -----------------------------------------------------------------------------------

net::Task<void> read_strange_text(DraftWorld& world) {
  (void)world.records().change_draft(
      kMain, [](const records::KeptDraft&) { return std::string(R"({"format":99})"); });
  auto draft = co_await world.drafts->get(world.call());
  EXPECT_EQ(problem(draft), "409 draft-unreadable");
  auto gone = co_await world.drafts->discard(world.call());
  EXPECT_EQ(problem(gone), "none");
  draft = co_await world.drafts->get(world.call());
  EXPECT_EQ(problem(draft), "none");
}

TEST(Drafts, OfAnotherVersionCanOnlyBeThrownAway) {
  DraftWorld world;
  world.play(read_strange_text);
}

TEST(KeptDraft, IsReadAsItWasWritten) {
  onboarding::Draft draft;
  draft.address = "ann@corp.example";
  draft.step = onboarding::Step::domains;
  draft.require_tls_from_servers = true;
  draft.changed = records::kNow;
  draft.removals = {policy::Scope::parse("*.gov.uk").value()};
  onboarding::NewDomain domain;
  domain.written = "A.example";
  domain.scope = policy::Scope::parse("a.example").value();
  domain.pins_choice = {tls::HostPattern::parse("*.mx.example").value()};
  domain.mode_choice = tls::Mode::relaxed;
  domain.stage_choice = tls::Stage::monitor;
  domain.confirmed_sentence = "It fails.";
  probe::AddressFinding address;
  address.address = *base::IpAddress::parse("192.0.2.1");
  address.why = tls::Reason{"certificate-expired", "It ran out."};
  address.observation.version = tls::Version::tls1_2;
  address.observation.certificate.emplace().dns_names = {"mx.a.example"};
  address.observation.certificate->spki[3] = 0xAB;
  address.transcript = {"C: QUIT"};
  probe::HostFinding host;
  host.host = records::domain("mx.a.example");
  host.addresses = {address};
  domain.finding.emplace().domain = records::domain("a.example");
  domain.finding->hosts = {host};
  domain.finding->effective.emplace().would_fail = "dane-mismatch";
  draft.domains = {domain};
  onboarding::RouteProof proof;
  proof.route = {7};
  proof.tested = "corp.example mx:25 starttls";
  proof.verdict.passes = true;
  proof.verdict.readiness = probe::Readiness::relaxed;
  proof.finding = host;
  draft.routes = {proof};

  const std::string text = draft_text(draft);
  const auto read = read_draft(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(draft_text(*read), text);
  EXPECT_EQ(read->routes[0].mode(), tls::Mode::relaxed);
  EXPECT_EQ(read->domains[0].finding->hosts[0].addresses[0].observation.certificate->spki[3], 0xAB);
}

}  // namespace
}  // namespace postern::api
