#include "service/api/route_handlers.h"

#include "service/api/testing/kit.h"

namespace postern::api {
namespace {

using testing::Kit;
using testing::kMain;

struct RouteTest : Kit, ::testing::Test {
  RouteHandlers routes{editor};

  RouteTest() {
    auto own = records::internal_domain("corp.example", kMain);
    own.validated = true;
    put(own);
    put(records::internal_domain("waiting.example", kMain));
    auto theirs = records::internal_domain("theirs.example", kOther);
    theirs.validated = true;
    put(theirs);
  }
  static RouteInput to(std::string host) {
    RouteInput input;
    input.domain = "corp.example";
    input.host = std::move(host);
    return input;
  }
  static RouteInput with_login(std::string user, std::optional<std::string> password) {
    RouteInput input = to("mail.corp.example");
    input.login_user = std::move(user);
    input.login_password = std::move(password);
    return input;
  }
  static ExternalRouteInput smarthost() {
    ExternalRouteInput input;
    input.domain = "*";
    input.host = "relay.example";
    return input;
  }
  Call at(std::int64_t id, const std::string& account = "main") {
    return call({{"id", std::to_string(id)}}, account);
  }
  std::string password_of(std::int64_t id) {
    for (const auto& one : book.current()->configuration().internal_routes) {
      if (one.id.value == id && one.login) return one.login->password;
    }
    return "";
  }
};

TEST_F(RouteTest, IsAddedOnce) {
  const Route made = ok(routes.add(call(), to("mail.corp.example")));
  EXPECT_EQ(made.port, 25);
  EXPECT_EQ(made.mode, tls::Mode::opportunistic);
  EXPECT_EQ(status(routes.add(call(), to("mail.corp.example"))), 200);
  RouteInput other = to("mail.corp.example");
  other.priority = 20;
  EXPECT_EQ(problem(routes.add(call(), other)), "409 already-exists");
  EXPECT_EQ(ok(routes.list(call())).items, std::vector<Route>{made});
}

TEST_F(RouteTest, IsForAValidatedDomainOfTheAccount) {
  for (const char* name : {"waiting.example", "theirs.example", "partner.example"}) {
    RouteInput input = to("mail.corp.example");
    input.domain = name;
    EXPECT_EQ(problem(routes.add(call(), input)), "422 invalid-request #/domain") << name;
  }
  RouteInput below = to("mail.corp.example");
  below.domain = "sales.corp.example";
  EXPECT_EQ(status(routes.add(call(), below)), 201);
}

TEST_F(RouteTest, NamesEveryFieldAtFault) {
  RouteInput wrong = to("mail.corp.example");
  wrong.port = 70000;
  wrong.priority = -1;
  wrong.names = {"ok.example", "not a name"};
  EXPECT_EQ(problem(routes.add(call(), wrong)), "422 invalid-domain #/names/1 #/port #/priority");
  EXPECT_EQ(problem(routes.add(call(), to("not a host"))), "422 invalid-route #/host");
}

TEST_F(RouteTest, KeepsItsProvedModeWhenItIsReplaced) {
  auto proved = records::internal_route("corp.example", "mail.corp.example");
  proved.mode = tls::Mode::strict;
  const auto id = put(proved);
  const Route now = ok(routes.replace(at(id.value), to("new.corp.example")));
  EXPECT_EQ(now.mode, tls::Mode::strict);
  EXPECT_EQ(now.host, "new.corp.example");
  EXPECT_EQ(status(routes.add(call(), to("new.corp.example"))), 200);
}

TEST_F(RouteTest, KeepsItsPasswordTowardsTheSameServerAlone) {
  const Route made = ok(routes.add(call(), with_login("postern", "secret")));
  EXPECT_EQ(made.login_user, "postern");
  ok(routes.replace(at(made.id), with_login("postern", std::nullopt)));
  EXPECT_EQ(password_of(made.id), "secret");
  RouteInput elsewhere = with_login("postern", std::nullopt);
  elsewhere.host = "mallory.example";
  EXPECT_EQ(problem(routes.replace(at(made.id), elsewhere)),
            "422 invalid-request #/login_password");
  EXPECT_EQ(problem(routes.replace(at(made.id), with_login("someone", std::nullopt))),
            "422 invalid-request #/login_password");
  ok(routes.replace(at(made.id), to("mail.corp.example")));
  EXPECT_EQ(password_of(made.id), "");
}

TEST_F(RouteTest, IsChangedOnlyInTheStateThatWasSeen) {
  const Route made = ok(routes.add(call(), to("mail.corp.example")));
  const std::string seen = etag_of(body_of(made));
  RouteInput other = to("mail.corp.example");
  other.priority = 5;
  ok(routes.replace(if_match(at(made.id), seen), other));
  EXPECT_EQ(problem(routes.replace(if_match(at(made.id), seen), other)), "412 changed-meanwhile");
  EXPECT_EQ(problem(routes.remove(if_match(at(made.id), seen))), "412 changed-meanwhile");
  EXPECT_EQ(problem(routes.remove(at(made.id))), "none");
}

TEST_F(RouteTest, OfAnotherAccountDoesNotExist) {
  RouteInput input = to("mail.theirs.example");
  input.domain = "theirs.example";
  const Route theirs = ok(routes.add(call({}, "other"), input));
  EXPECT_EQ(problem(routes.get(at(theirs.id))), "404 not-found");
  EXPECT_EQ(problem(routes.replace(at(theirs.id), to("mail.corp.example"))), "404 not-found");
  EXPECT_EQ(problem(routes.remove(at(theirs.id))), "404 not-found");
  EXPECT_TRUE(ok(routes.list(call())).items.empty());
  EXPECT_EQ(ok(routes.get(at(theirs.id, "other"))), theirs);
}

TEST_F(RouteTest, IsNoExternalRouteAndTheOtherWayRound) {
  const Route internal = ok(routes.add(call(), to("mail.corp.example")));
  const ExternalRoute external = ok(routes.add_external(call(), smarthost()));
  EXPECT_EQ(problem(routes.get_external(at(internal.id))), "404 not-found");
  EXPECT_EQ(problem(routes.remove(at(external.id))), "404 not-found");
  EXPECT_EQ(problem(routes.get(call({{"id", "x"}}))), "404 not-found");
}

TEST_F(RouteTest, ToTheWorldIsStrictUnlessItSaysOtherwise) {
  const ExternalRoute made = ok(routes.add_external(call(), smarthost()));
  EXPECT_EQ(made.domain, "*");
  EXPECT_EQ(made.mode, tls::Mode::strict);
  EXPECT_EQ(status(routes.add_external(call(), smarthost())), 200);
  ExternalRouteInput other = smarthost();
  other.mode = tls::Mode::relaxed;
  EXPECT_EQ(problem(routes.add_external(call(), other)), "409 already-exists");
  EXPECT_EQ(ok(routes.replace_external(at(made.id), other)).mode, tls::Mode::relaxed);
  EXPECT_EQ(problem(routes.get_external(at(made.id, "other"))), "404 not-found");
  EXPECT_EQ(problem(routes.replace_external(at(made.id, "other"), other)), "404 not-found");
  EXPECT_EQ(problem(routes.remove_external(at(made.id, "other"))), "404 not-found");
  EXPECT_EQ(problem(routes.remove_external(at(made.id))), "none");
}

TEST_F(RouteTest, ToTheWorldIsNotForOnesOwnDomain) {
  ExternalRouteInput own = smarthost();
  own.domain = "sales.corp.example";
  EXPECT_EQ(problem(routes.add_external(call(), own)), "422 invalid-request #/domain");
}

}  // namespace
}  // namespace postern::api
