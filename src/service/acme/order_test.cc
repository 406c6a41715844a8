#include "service/acme/order.h"

#include <gmock/gmock.h>

#include "io/net/shard.h"

namespace postern::acme {
namespace {

using ::testing::HasSubstr;

const dns::Domain kName = *dns::Domain::parse("gateway.example");

class CheckChainTest : public ::testing::Test {
 protected:
  std::string chain(const crypto::CertificateKey& key, const std::string& name) const {
    const dns::Domain one = *dns::Domain::parse(name);
    return key.self_signed({{&one, 1}, now_, now_ + std::chrono::days(90)});
  }
  std::string refusal(const std::string& pem, base::Duration later = {}) const {
    const auto good = check_chain(pem, {.names = {kName}, .key = key_}, now_ + later);
    return good ? "" : good.error().text;
  }

  Folder::Key key_ = crypto::CertificateKey::make();
  base::Instant now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

TEST_F(CheckChainTest, TakesWhatWasWishedFor) {
  EXPECT_EQ(refusal(chain(*key_, "gateway.example")), "");
}

TEST_F(CheckChainTest, RefusesWhatIsOfAnotherKeyOrNameOrOver) {
  EXPECT_THAT(refusal(chain(*crypto::CertificateKey::make(), "gateway.example")),
              HasSubstr("another key"));
  EXPECT_THAT(refusal(chain(*key_, "elsewhere.example")), HasSubstr("lacks gateway.example"));
  EXPECT_THAT(refusal(chain(*key_, "gateway.example"), std::chrono::days(91)),
              HasSubstr("expired"));
  EXPECT_THAT(refusal("<html>"), HasSubstr("cannot be used"));
}

class ResponderTest : public ::testing::Test {
 protected:
  http::Response get(const std::string& path, const std::string& method = "GET") {
    http::Response response;
    http::Request request{
        .method = method, .path = path, .query = {}, .headers = {}, .body = {}, .peer = {}};
    shard_.run_until_done(ask(std::move(request), response));
    return response;
  }
  net::Task<void> ask(http::Request request, http::Response& response) {
    response = co_await responder_.handle(std::move(request));
  }

  net::Shard shard_;
  Responder responder_{std::make_shared<crypto::AlpnChallenges>()};
  Responder::Shown shown_{ChallengeType::http_01, kName, "token", "token.print"};
};

TEST_F(ResponderTest, ShowsAnOpenChallengeAndNothingElse) {
  responder_.show(shown_, {});
  EXPECT_EQ(get("/.well-known/acme-challenge/token").body, "token.print");
  EXPECT_EQ(get("/.well-known/acme-challenge/token").content_type, "application/octet-stream");
  for (const std::string path : {"/.well-known/acme-challenge/", "/.well-known/acme-challenge/x",
                                 "/token", "/", "/.well-known/acme-challenge/../token"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/.well-known/acme-challenge/token", "POST").status, 404);
}

TEST_F(ResponderTest, ForgetsAChallengeThatIsOver) {
  responder_.show(shown_, {});
  responder_.hide(shown_);
  EXPECT_EQ(get("/.well-known/acme-challenge/token").status, 404);
}

}  // namespace
}  // namespace postern::acme
