// The declared types and operations: strict reading, routing, access, and the documents made from
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/policy/testing.h"
#include "io/net/shard.h"
#include "service/api/application.h"
#include "service/api/json_node.h"
#include "service/api/openapi.h"
#include "service/api/policy_types.h"
#include "service/api/typescript.h"

namespace postern::api {
namespace {

using testing::HasSubstr;
using testing::Not;

template <class T>
std::vector<std::string> mistakes(const std::string& body) {
  auto read = read_body<T>(body);
  std::vector<std::string> found;
  if (read) return found;
  for (const FieldError& error : read.error().errors) {
    found.push_back(error.pointer + ": " + error.detail);
  }
  return found;
}

TEST(ApiReading, TakesWhatIsDeclaredAndLeavesOptionalFieldsUnset) {
  auto read = read_body<PolicyInput>(R"({"domain":"example.com","mode":"relaxed","mx":["a.b"]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->domain, "example.com");
  EXPECT_EQ(read->mode, tls::Mode::relaxed);
  EXPECT_EQ(read->mx, std::vector<std::string>{"a.b"});
  EXPECT_FALSE(read->stage);
}

TEST(ApiReading, PointsAtEveryMistakeAtOnce) {
  EXPECT_THAT(mistakes<PolicyInput>(R"({"mode":"loose","mx":["a",1],"colour":"red"})"),
              testing::UnorderedElementsAre(
                  "#/domain: domain is missing.",
                  "#/mode: mode must be one of: opportunistic, relaxed, strict.",
                  "#/mx/1: 1 must be text.", "#/colour: There is no such field here."));
}

TEST(ApiReading, RefusesWhatIsNotJson) {
  auto read = read_body<PolicyInput>("{\"domain\":");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().status, 400);
}

TEST(ApiReading, RefusesAnObjectInPlaceOfText) {
  EXPECT_THAT(mistakes<PolicyInput>(R"({"domain":{"a":1}})"),
              testing::ElementsAre("#/domain: domain must be text."));
}

TEST(ApiReading, RefusesDocumentsThatAreNestedTooDeep) {
  std::string deep(10'000, '[');
  EXPECT_FALSE(Document::parse(deep));
}

TEST(ApiReading, RefusesUnknownParametersAndWrongOnes) {
  auto read = read_query<PolicyQuery>({{"limit", "many"}, {"colour", "red"}, {"mode", "strict"}});
  ASSERT_FALSE(read);
  ASSERT_EQ(read.error().errors.size(), 2);
  EXPECT_EQ(read.error().errors[0].pointer, "?limit");
  EXPECT_EQ(read.error().errors[1].pointer, "?colour");
}

TEST(ApiWriting, WritesFieldsByTheirNamesAndNullForUnset) {
  EXPECT_EQ(json_text(Grant{"main", Role::operator_}), R"({"account":"main","role":"operator"})");
  EXPECT_THAT(json_text(Policies{}), HasSubstr(R"("next":null)"));
}

// --- a small API of its own ----------------------------------------------------------------------

Handled<Grant> answer_grant(Grant grant) { co_return Answer<Grant>(std::move(grant)); }

net::Task<http::Response> raw_answer() { co_return http::Response{200, "text/csv", "a,b\n", {}}; }

class NoPages : public Pages {
 public:
  [[nodiscard]] http::Response page(const http::Request&) const override {
    return {.status = 200, .content_type = "text/html", .body = "page", .headers = {}};
  }
};

class Somebody : public IdentitySource {
 public:
  net::Task<Outcome<Identity>> identify(const http::Request&, Behind behind) override {
    was_behind = behind;
    co_return who;
  }
  Identity who;
  std::optional<Behind> was_behind;
};

class ApiFramework : public testing::Test {
 protected:
  ApiFramework() {
    operations.add<Nothing, Nothing, Grant>(
        {Method::get, "/accounts/{account}/grants/{id}", "getGrant", "A grant", Access::viewer},
        [](Call call, Nothing, Nothing) { return answer_grant({call.at("id"), Role::viewer}); });
    operations.add<Nothing, Grant, Grant>(
        {Method::post, "/accounts/{account}/grants", "addGrant", "Adds a grant",
         Access::administrator, 201},
        [](Call, Nothing, Grant grant) { return answer_grant(std::move(grant)); });
    operations.add<Nothing, Nothing, Grant>(
        {Method::get, "/accounts/{account}/grants/all", "allGrants", "Every grant", Access::viewer},
        [](Call, Nothing, Nothing) { return answer_grant({"all", Role::viewer}); });
    operations.add_raw<Nothing>(
        {Method::get, "/grants.csv", "csv", "As CSV", Access::platform, 200, "text/csv"},
        [](Call, Nothing) { return raw_answer(); });
    somebody.who.user = "anna";
    somebody.who.session = "s";
    somebody.who.csrf_token = "t";
    somebody.who.grants = {{"main", Role::administrator}};
  }

  static net::Task<void> ask(Application& application, http::Request request,
                             http::Response& response) {
    response = co_await application.handle(std::move(request));
  }

  http::Response send(std::string method, std::string path, std::string body = {},
                      std::map<std::string, std::string> headers = {
                          {"x-csrf-token", "t"}, {"content-type", "application/json"}}) {
    Application application({somebody, book, operations, pages});
    http::Request request;
    request.method = std::move(method);
    request.path = "/api/v1" + std::move(path);
    request.body = std::move(body);
    request.headers = std::move(headers);
    http::Response response;
    shard.run_until_done(ask(application, std::move(request), response));
    return response;
  }

  net::Shard shard;
  Operations operations;
  NoPages pages;
  Somebody somebody;
  service::FixedBook book{
      std::make_shared<const policy::PolicyBook>(policy::testing::configuration())};
};

TEST_F(ApiFramework, TellsWhatAPersonDoesFromWhatAPageDoesByItself) {
  (void)send("GET", "/accounts/main/grants/7");
  EXPECT_EQ(somebody.was_behind, Behind::person);
  (void)send("GET", "/accounts/main/grants/7", "", {{"x-asked-by", "page"}});
  EXPECT_EQ(somebody.was_behind, Behind::page);
}

TEST_F(ApiFramework, ReadsLittleOfStrangersAndNoMoreThanAnOperationTakes) {
  operations.add<Nothing, Grant, Grant>(
      {Method::post, "/open", "open", "For anyone", Access::open},
      [](Call, Nothing, Grant grant) { return answer_grant(std::move(grant)); });
  const std::string long_body = "{\"account\":\"" + std::string(20'000, 'a') + "\"}";
  EXPECT_EQ(send("POST", "/open", long_body).status, 413);
  EXPECT_EQ(send("POST", "/accounts/main/grants", long_body).status, 422);
  EXPECT_EQ(send("POST", "/accounts/main/grants", std::string(2 << 20, ' ')).status, 413);
}

TEST_F(ApiFramework, AnswersAMillionMistakesWithAHundredSentences) {
  std::string body = "{\"account\":\"main\",\"role\":\"viewer\"";
  for (int i = 0; i < 20'000; ++i) body += ",\"x" + std::to_string(i) + "\":1";
  const http::Response response = send("POST", "/accounts/main/grants", body + "}");
  EXPECT_EQ(response.status, 422);
  EXPECT_LT(response.body.size(), 20'000u);
}

TEST_F(ApiFramework, FindsAnOperationByMethodAndPath) {
  const http::Response response = send("GET", "/accounts/main/grants/7");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"account\":\"7\",\"role\":\"viewer\"}\n");
}

TEST_F(ApiFramework, PrefersAPathWithoutParameters) {
  EXPECT_THAT(send("GET", "/accounts/main/grants/all").body, HasSubstr("\"all\""));
}

TEST_F(ApiFramework, NamesTheMethodsOfAPathThatLacksThisOne) {
  const http::Response response = send("DELETE", "/accounts/main/grants");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.at("Allow"), "POST");
}

TEST_F(ApiFramework, AnswersAnUnchangedObjectWith304) {
  const std::string tag = send("GET", "/accounts/main/grants/7").headers.at("ETag");
  const http::Response again = send("GET", "/accounts/main/grants/7", {}, {{"if-none-match", tag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
}

TEST_F(ApiFramework, KnowsATagAmongOthersAndOneThatAProxyHasWeakened) {
  const std::string tag = send("GET", "/accounts/main/grants/7").headers.at("ETag");
  for (const std::string& known : {"\"old\", " + tag, "W/" + tag, std::string("*")}) {
    EXPECT_EQ(send("GET", "/accounts/main/grants/7", {}, {{"if-none-match", known}}).status, 304)
        << known;
  }
  EXPECT_EQ(send("GET", "/accounts/main/grants/7", {}, {{"if-none-match", "\"old\""}}).status, 200);
}

TEST_F(ApiFramework, AsksNobodyToSignIn) {
  somebody.who = {};
  EXPECT_EQ(send("GET", "/accounts/main/grants/7").status, 401);
}

TEST_F(ApiFramework, HidesAnAccountWithoutAGrantLikeOneThatIsNotThere) {
  const http::Response hidden = send("GET", "/accounts/other/grants/7");
  const http::Response absent = send("GET", "/accounts/nothere/grants/7");
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(absent.status, 404);
}

TEST_F(ApiFramework, RefusesARoleThatIsTooLow) {
  somebody.who.grants = {{"main", Role::operator_}};
  EXPECT_EQ(send("POST", "/accounts/main/grants", R"({"account":"a","role":"viewer"})").status,
            403);
}

TEST_F(ApiFramework, LetsOnlyAnAdministratorOfAllAccountsIntoThePlatform) {
  EXPECT_EQ(send("GET", "/grants.csv").status, 403);
  somebody.who.grants = {{"*", Role::administrator}};
  EXPECT_EQ(send("GET", "/grants.csv").status, 200);
}

TEST_F(ApiFramework, RefusesAChangeWithoutTheTokenOfTheSession) {
  EXPECT_EQ(send("POST", "/accounts/main/grants", R"({"account":"a","role":"viewer"})",
                 {{"content-type", "application/json"}})
                .status,
            403);
}

TEST_F(ApiFramework, NeedsNoSuchTokenFromAProgram) {
  somebody.who.session.clear();
  somebody.who.token = "1";
  EXPECT_EQ(send("POST", "/accounts/main/grants", R"({"account":"a","role":"viewer"})",
                 {{"content-type", "application/json"}})
                .status,
            201);
}

TEST_F(ApiFramework, TakesJsonOnly) {
  EXPECT_EQ(send("POST", "/accounts/main/grants", "account=a",
                 {{"x-csrf-token", "t"}, {"content-type", "application/x-www-form-urlencoded"}})
                .status,
            415);
}

TEST_F(ApiFramework, AnswersMistakesInTheBodyWithPointers) {
  const http::Response response = send("POST", "/accounts/main/grants", R"({"account":1})");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_THAT(response.body, HasSubstr("#/account"));
}

TEST_F(ApiFramework, PointsAtAFieldWhoseNameLooksLikeAPath) {
  const http::Response response =
      send("POST", "/accounts/main/grants", R"({"account":"a","role":"viewer","a/b~c":1})");
  EXPECT_THAT(response.body, HasSubstr("\"#/a~1b~0c\""));
}

TEST_F(ApiFramework, DescribesItselfAsOpenApi) {
  const std::string text = openapi_document(operations);
  auto document = Document::parse(text);
  ASSERT_TRUE(document);
  const Node path = document->root().member("paths").member("/accounts/{account}/grants");
  EXPECT_EQ(path.member("post").member("operationId").text(), "addGrant");
  EXPECT_FALSE(document->root().member("components").member("schemas").member("Grant").missing());
}

TEST_F(ApiFramework, MakesAClientInTypeScript) {
  const std::string text = typescript_client(operations);
  EXPECT_THAT(text, HasSubstr("export type Role = (typeof wordsRole)[number];"));
  EXPECT_THAT(text, HasSubstr("export function importGrant(json: unknown, at = 'Grant'): Grant {"));
  EXPECT_THAT(text, HasSubstr("export function addGrant(path: { account: string }, body: Grant)"));
  EXPECT_THAT(text, Not(HasSubstr("function csv(")));
}

}  // namespace
}  // namespace postern::api
