// The rules of who may what, as functions of values; and the guard, pages and cookies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/base/text.h"
#include "io/net/shard.h"
#include "service/api/authority.h"
#include "service/api/cookies.h"
#include "service/api/everything.h"
#include "service/api/pages.h"
#include "service/api/password_rule.h"
#include "service/api/typescript.h"
#include "service/api/users.h"

namespace postern::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

Identity holding(std::vector<Grant> grants) {
  Identity who;
  who.user = "anna";
  who.grants = std::move(grants);
  return who;
}

TEST(UserRules, AnAdministratorManagesWhoseEveryRoleLiesInTheirAccounts) {
  const Identity platform = holding({{"*", Role::administrator}});
  const Identity local = holding({{"main", Role::administrator}, {"other", Role::operator_}});
  using Grants = std::vector<records::Grant>;
  const Grants in_main{{"main", Role::administrator}};
  EXPECT_TRUE(may_manage(local, in_main));
  for (const Grants& beyond :
       {Grants{}, Grants{{"other", Role::viewer}},
        Grants{{"main", Role::viewer}, {"other", Role::viewer}}, Grants{{"*", Role::viewer}}}) {
    EXPECT_FALSE(may_manage(local, beyond));
    EXPECT_TRUE(may_manage(platform, beyond));
  }
  EXPECT_FALSE(may_manage(holding({{"main", Role::operator_}}), in_main));
}

TEST(UserRules, NobodyGivesARoleWhereTheyAreNoAdministrator) {
  const Identity who = holding({{"main", Role::administrator}, {"*", Role::operator_}});
  EXPECT_TRUE(may_grant(who, {"main", Role::administrator}));
  EXPECT_FALSE(may_grant(who, {"other", Role::viewer}));
  EXPECT_FALSE(may_grant(who, {"*", Role::viewer}));
}

TEST(UserRules, ATokenMayWhatItWasGivenAsFarAsItsAuthorMay) {
  EXPECT_THAT(common_grants({{"*", Role::administrator}},
                            {{"main", Role::operator_}, {"other", Role::viewer}}),
              UnorderedElementsAre(Grant{"main", Role::operator_}, Grant{"other", Role::viewer}));
  EXPECT_THAT(common_grants({{"main", Role::administrator}}, {{"*", Role::viewer}}),
              UnorderedElementsAre(Grant{"main", Role::viewer}));
  EXPECT_THAT(common_grants({{"main", Role::viewer}}, {{"other", Role::administrator}}),
              UnorderedElementsAre());
  EXPECT_THAT(common_grants({{"main", Role::administrator}},
                            {{"*", Role::viewer}, {"main", Role::operator_}}),
              UnorderedElementsAre(Grant{"main", Role::operator_}));
}

TEST(PasswordRule, WantsTwelveCharactersThatAreNotTheName) {
  EXPECT_TRUE(check_new_password("anna", "correct horse"));
  EXPECT_TRUE(check_new_password("anna", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f abcdefg"));
  for (const char* weak :
       {"", "elevenchars", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc",
        "aaaaaaaaaaaaaa", "anna12345678", "with\ncontrol characters", "bad \xff utf8 bytes"}) {
    EXPECT_FALSE(check_new_password("anna", weak)) << weak;
  }
}

TEST(Everything, CanBeDeclaredWithoutAnyoneToAnswer) {
  Operations operations;
  declare_everything(operations, {});
  EXPECT_TRUE(operations.find("GET", "/session").operation);
  for (const auto& one : operations.all()) {
    EXPECT_FALSE(one->info.summary.empty() || one->info.id.empty()) << one->info.path;
  }
}

// A function importX() brings replies of the type X in: an operation of that name would be another.
TEST(Everything, HasOneNameForEachThingInTheTypeScriptClient) {
  Operations operations;
  declare_everything(operations, {});
  const std::string client = typescript_client(operations);
  std::set<std::string> names;
  for (std::string_view line : base::split(client, '\n')) {
    for (std::string_view kind : {"export function ", "export const ", "export interface "}) {
      if (!line.starts_with(kind)) continue;
      line.remove_prefix(kind.size());
      const std::string name(line.substr(0, line.find_first_of("(< :=")));
      EXPECT_TRUE(names.insert(name).second) << name << " is given twice";
    }
  }
  EXPECT_GT(names.size(), 100u);
}

TEST(Cookies, CarryTheHostPrefixOverHttpsOnly) {
  EXPECT_EQ(set_cookie(Cookie::session, Transport::https, "id", std::chrono::seconds(60)),
            "__Host-postern=id; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(set_cookie(Cookie::session, Transport::plain, "", std::chrono::seconds(0)),
            "postern-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

TEST(Cookies, AreFoundByTheirWholeName) {
  http::Request request;
  request.headers["cookie"] = "x-postern-session=no; postern-session=yes;postern-device=dev";
  EXPECT_EQ(cookie_value(request, Cookie::session, Transport::plain), "yes");
  EXPECT_EQ(cookie_value(request, Cookie::device, Transport::plain), "dev");
  EXPECT_EQ(cookie_value(request, Cookie::session, Transport::https), "");
}

TEST(HostOf, TakesPortBracketsAndCaseAway) {
  EXPECT_EQ(host_of("Gateway.Example:8026"), "gateway.example");
  EXPECT_EQ(host_of("gateway.example."), "gateway.example");
  EXPECT_EQ(host_of("[::1]:80"), "::1");
  EXPECT_EQ(host_of(""), "");
}

TEST(ClientBehind, IsWhomTheLastListedProxyNames) {
  const std::vector<base::IpRange> proxies{*base::IpRange::parse("192.0.2.0/24"),
                                           *base::IpRange::parse("2001:db8::1")};
  const auto client = [&](std::string_view peer, std::string_view said) {
    return client_behind(proxies, *base::IpAddress::parse(peer), said).to_string();
  };
  EXPECT_EQ(client("192.0.2.1", "198.51.100.7"), "198.51.100.7");
  EXPECT_EQ(client("2001:db8::1", " 2001:db8:9::5 "), "2001:db8:9::5");
  // Two proxies, one behind the other; and what the client wrote itself.
  EXPECT_EQ(client("192.0.2.1", "10.0.0.9, 198.51.100.7, 192.0.2.2"), "198.51.100.7");
  // Nobody else is believed.
  EXPECT_EQ(client("203.0.113.4", "198.51.100.7"), "203.0.113.4");
  // A proxy that says nothing, or nonsense, is the client itself.
  for (const char* said : {"", "unknown", "198.51.100.7, ", "198.51.100.7:4711"}) {
    EXPECT_EQ(client("192.0.2.1", said), "192.0.2.1") << said;
  }
}

// --- guard ---------------------------------------------------------------------------------------

class Inside : public http::Handler {
 public:
  net::Task<http::Response> handle(http::Request request) override {
    ++asked;
    last_peer = request.peer.address.to_string();
    http::Response response{
        .status = 200, .content_type = "text/plain", .body = "in", .headers = {}};
    response.cookies = {"postern-session=id; Path=/"};
    co_return response;
  }
  int asked = 0;
  std::string last_peer;
};

class Silent : public observe::EventSink {
 public:
  void emit(observe::Event, std::initializer_list<observe::Field>) override {}
};

class GuardTest : public testing::Test {
 protected:
  static net::Task<void> ask(Guard& guard, http::Request request, http::Response& response) {
    response = co_await guard.handle(std::move(request));
  }
  http::Response answer(const std::string& method, std::map<std::string, std::string> headers) {
    http::Request request;
    request.method = method;
    request.path = "/";
    request.headers = std::move(headers);
    http::Response response;
    shard_.run_until_done(ask(guard_, std::move(request), response));
    return response;
  }
  net::Shard shard_;
  Inside inside_;
  Silent silent_;
  Guard guard_{
      {.application = inside_, .events = silent_, .transport = Transport::https, .names = [] {
         return std::vector<std::string>{"gw.example", "*.mail.example"};
       }}};
};

TEST_F(GuardTest, KnowsOurNamesAndAddressesAndNoOthers) {
  for (const char* ours : {"gw.example", "GW.example:8026", "a.mail.example", "localhost",
                           "192.0.2.1:8026", "[2001:db8::1]:1"}) {
    EXPECT_EQ(answer("GET", {{"host", ours}}).status, 200) << ours;
  }
  for (const char* other :
       {"", "mail.example", "a.b.mail.example", "evil.gw.example", "gw.example.x"}) {
    EXPECT_EQ(answer("GET", {{"host", other}}).status, 421) << other;
  }
  EXPECT_EQ(inside_.asked, 6);
}

TEST_F(GuardTest, KeepsOtherSitesFromChangingAnything) {
  EXPECT_EQ(answer("POST", {{"host", "gw.example"}}).status, 200);
  EXPECT_EQ(answer("POST", {{"host", "gw.example"}, {"origin", "https://gw.example"}}).status, 200);
  for (const char* origin : {"https://evil.example", "null", "https://gw.example:8443"}) {
    EXPECT_EQ(answer("POST", {{"host", "gw.example"}, {"origin", origin}}).status, 403) << origin;
    EXPECT_EQ(answer("GET", {{"host", "gw.example"}, {"origin", origin}}).status, 200) << origin;
  }
}

TEST_F(GuardTest, AllowsNoScriptButOurFilesAndNoFrame) {
  const http::Response response = answer("GET", {{"host", "gw.example"}});
  const std::string policy = response.headers.at("Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("script-src 'self';"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe-eval")));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_TRUE(response.headers.contains("Strict-Transport-Security"));
}

class BehindAProxy : public GuardTest {
 protected:
  http::Response from(const std::string& peer, const std::string& scheme) {
    http::Request request;
    request.method = "GET";
    request.path = "/";
    request.peer.address = *base::IpAddress::parse(peer);
    request.headers = {
        {"host", "gw.example"}, {"x-forwarded-for", "198.51.100.7"}, {"x-forwarded-proto", scheme}};
    http::Response response;
    shard_.run_until_done(ask(plain_, std::move(request), response));
    return response;
  }
  Guard plain_{{.application = inside_,
                .events = silent_,
                .transport = Transport::plain,
                .names = [] { return std::vector<std::string>{"gw.example"}; },
                .proxies = {*base::IpRange::parse("127.0.0.1")}}};
};

TEST_F(BehindAProxy, TheClientIsWhoTheProxySaysAndCookiesAreForHttps) {
  const http::Response response = from("127.0.0.1", "https");
  EXPECT_EQ(inside_.last_peer, "198.51.100.7");
  EXPECT_EQ(response.cookies.at(0), "postern-session=id; Path=/; Secure");
  EXPECT_TRUE(response.headers.contains("Strict-Transport-Security"));
  EXPECT_EQ(from("127.0.0.1", "http").cookies.at(0), "postern-session=id; Path=/");
}

TEST_F(BehindAProxy, WhoIsNotListedIsNotBelieved) {
  const http::Response response = from("127.0.0.2", "https");
  EXPECT_EQ(inside_.last_peer, "127.0.0.2");
  EXPECT_EQ(response.cookies.at(0), "postern-session=id; Path=/");
  EXPECT_FALSE(response.headers.contains("Strict-Transport-Security"));
}

// --- pages ---------------------------------------------------------------------------------------

constexpr std::array files{
    PageFile{"/index.html", "text/html", "t1", "<html>", "gzipped index"},
    PageFile{"/assets/app-1.js", "text/javascript", "t2", "script", "gzipped script"},
    PageFile{"/icon.svg", "image/svg+xml", "t3", "<svg>", ""}};

http::Request page_request(const std::string& path, std::map<std::string, std::string> headers) {
  http::Request request;
  request.method = "GET";
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

TEST(Pages, ServeFilesCompressedToWhoTakesThat) {
  const EmbeddedPages pages(files);
  const auto zipped =
      pages.page(page_request("/assets/app-1.js", {{"accept-encoding", "br, gzip"}}));
  EXPECT_EQ(zipped.body, "gzipped script");
  EXPECT_EQ(zipped.headers.at("Content-Encoding"), "gzip");
  EXPECT_THAT(zipped.headers.at("Cache-Control"), HasSubstr("immutable"));
  const auto plain =
      pages.page(page_request("/assets/app-1.js", {{"accept-encoding", "gzip;q=0"}}));
  EXPECT_EQ(plain.body, "script");
  EXPECT_FALSE(plain.headers.contains("Content-Encoding"));
  const auto icon = pages.page(page_request("/icon.svg", {{"accept-encoding", "gzip"}}));
  EXPECT_EQ(icon.body, "<svg>");
}

TEST(Pages, AnswerEveryPlaceInTheApplicationWithItsIndex) {
  const EmbeddedPages pages(files);
  const auto page = pages.page(page_request("/accounts/main/queue", {}));
  EXPECT_EQ(page.body, "<html>");
  EXPECT_EQ(page.headers.at("Cache-Control"), "no-cache");
  EXPECT_EQ(pages.page(page_request("/assets/gone-2.js", {})).status, 404);
  const auto known = pages.page(page_request("/", {{"if-none-match", page.headers.at("ETag")}}));
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(known.body, "");
}

TEST(Pages, SayHowTheyAreBuiltWhereThereAreNone) {
  const EmbeddedPages pages({});
  EXPECT_THAT(pages.page(page_request("/", {})).body, HasSubstr("./run"));
}

}  // namespace
}  // namespace postern::api
