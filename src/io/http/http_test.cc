// The server over loopback TCP, by a client that writes and reads bytes.
#include "io/http/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/crypto/testing/forge.h"
#include "io/crypto/tls.h"
#include "io/net/testing/deadlines.h"

namespace postern::http {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Three pieces, or as many as are asked for until it is stopped.
class Pieces : public BodyStream {
 public:
  enum class End { whole, broken, never };
  Pieces(net::Shard& shard, End end) : shard_(shard), end_(end) {}
  net::Task<base::Result<std::string>> next(base::Deadline deadline) override {
    if (++made_ <= 3) co_return "piece " + std::to_string(made_);
    if (end_ == End::whole) co_return "";
    if (end_ == End::broken) co_return base::fail("records-error", "The records went away.");
    auto slept = co_await shard_.sleep(deadline);
    co_return std::unexpected(slept.error());
  }

 private:
  net::Shard& shard_;
  End end_;
  int made_ = 0;
};

class Site : public Handler {
 public:
  explicit Site(net::Shard& shard) : shard_(shard) {}
  net::Task<Response> handle(Request request) override {
    last = request;
    Response response{.status = 200, .content_type = "text/plain", .body = {}, .headers = {}};
    if (request.path == "/whole") stream(response, Pieces::End::whole);
    if (request.path == "/broken") stream(response, Pieces::End::broken);
    if (request.path == "/never") stream(response, Pieces::End::never);
    if (request.path == "/nothing") response.status = 204;
    if (request.path == "/cookies") {
      response.cookies = {"a=1", "b=2"};
      response.headers["X-Split"] = "one\r\nX-Two: two";
    }
    if (!response.stream && response.status == 200) response.body = "hello";
    co_return response;
  }
  Request last;

 private:
  void stream(Response& response, Pieces::End end) {
    response.stream = std::make_unique<Pieces>(shard_, end);
  }
  net::Shard& shard_;
};

class HttpServer : public testing::Test {
 protected:
  void start(ServerLimits limits = {}, ContextSource contexts = {}) {
    server_ = std::make_unique<Server>(shard_, site_, limits);
    auto listener =
        net::listen(shard_, *base::Endpoint::parse("127.0.0.1:0"), net::Sharing::exclusive);
    at_ = (*listener)->local();
    server_->serve(std::move(*listener), std::move(contexts));
  }
  void TearDown() override {
    if (server_) shard_.run_until_done(server_->stop());
  }

  net::Task<std::unique_ptr<net::Socket>> connected() {
    const base::IpAddress any;
    base::Deadline deadline = net::testing::after(shard_, 10s);
    auto socket = co_await net::connect(shard_, at_, any, deadline);
    co_return std::move(*socket);
  }
  // What is read until `mark` was read, or the server closes.
  net::Task<void> read(net::Stream& stream, std::string mark, std::string& heard) {
    std::array<char, 4096> buffer{};
    base::Deadline deadline = net::testing::after(shard_, 10s);
    while (mark.empty() || !heard.contains(mark)) {
      std::span<char> into(buffer);
      auto count = co_await stream.read_some(into, deadline);
      if (!count || *count == 0) break;
      heard.append(buffer.data(), *count);
    }
  }
  net::Task<void> talk(std::string said, std::string mark, std::string& heard) {
    auto stream = co_await connected();
    base::Deadline deadline = net::testing::after(shard_, 10s);
    (void)co_await stream->write(said, deadline);
    co_await read(*stream, std::move(mark), heard);
  }
  net::Task<void> ask(net::Stream& stream, std::string mark, std::string& heard) {
    base::Deadline deadline = net::testing::after(shard_, 10s);
    const std::string request = get("/");
    (void)co_await stream.write(request, deadline);
    co_await read(stream, std::move(mark), heard);
  }
  net::Task<void> upload_without_end(std::string& end) {
    auto stream = co_await connected();
    base::Deadline deadline = net::testing::after(shard_, 10s);
    std::string bytes = "POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 1000000000\r\n\r\n";
    while (end.empty()) {
      auto written = co_await stream->write(bytes, deadline);
      if (!written) end = written.error().code;
    }
  }
  net::Task<void> crowd_of_three(std::string& first_heard, std::string& heard) {
    auto first = co_await connected();
    auto second = co_await connected();
    auto third = co_await connected();
    co_await read(*first, "", first_heard);
    co_await ask(*third, "hello", heard);
    heard += " then ";
    co_await ask(*second, "then HTTP/1.1 200 OK", heard);
    heard.resize(heard.rfind(" OK") + 3);
  }
  net::Task<void> crowd_of_two(std::string& first_heard, std::string& second_heard) {
    auto first = co_await connected();
    auto second = co_await connected();
    co_await read(*second, "", second_heard);
    co_await ask(*first, "hello", first_heard);
  }
  net::Task<void> silent_one_and_another(crypto::ClientContext& client, crypto::ClientHello hello,
                                         std::string& silent_heard, std::string& heard) {
    auto silent = co_await connected();
    auto other = co_await connected();
    base::Deadline deadline = net::testing::after(shard_, 10s);
    auto secured = co_await client.connect_tls(std::move(other), std::move(hello), deadline);
    co_await ask(*secured->stream, "hello", heard);
    co_await read(*silent, "", silent_heard);
  }
  std::string answer(std::string said, std::string mark = {}) {
    std::string heard;
    shard_.run_until_done(talk(std::move(said), std::move(mark), heard));
    return heard;
  }
  static std::string get(const std::string& path, const std::string& more = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n" + more + "\r\n";
  }

  static std::string post(std::size_t size) {
    return "POST / HTTP/1.1\r\nHost: gw\r\nConnection: close\r\nContent-Length: " +
           std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
  }

  net::Shard shard_;
  Site site_{shard_};
  std::unique_ptr<Server> server_;
  base::Endpoint at_;
};

TEST_F(HttpServer, SendsAStreamPieceByPieceAndKeepsTheConnection) {
  start();
  const std::string heard = answer("GET /whole HTTP/1.1\r\nHost: gw\r\n\r\n" + get("/after"));
  EXPECT_THAT(heard, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(heard, HasSubstr("\r\n\r\n7\r\npiece 1\r\n7\r\npiece 2\r\n7\r\npiece 3\r\n0\r\n\r\n"
                               "HTTP/1.1 200 OK"));
  EXPECT_THAT(heard, EndsWith("hello"));
}

TEST_F(HttpServer, EndsAStreamWithTheConnectionForAnOldClient) {
  start();
  const std::string heard = answer("GET /whole HTTP/1.0\r\n\r\n");
  EXPECT_THAT(heard, Not(HasSubstr("chunked")));
  EXPECT_THAT(heard, EndsWith("\r\n\r\npiece 1piece 2piece 3"));
}

TEST_F(HttpServer, CutsAStreamThatBreaksSoThatItDoesNotLookComplete) {
  start();
  EXPECT_THAT(answer(get("/broken")), EndsWith("7\r\npiece 3\r\n"));
}

TEST_F(HttpServer, StopsAStreamThatHasNoEnd) {
  start();
  answer(get("/never"), "piece 3");
  shard_.run_until_done(server_->stop());
  server_.reset();
}

TEST_F(HttpServer, SendsNoBodyForHeadAndNoContent) {
  start();
  const std::string head = answer("HEAD / HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  EXPECT_EQ(site_.last.method, "GET");
  const std::string none = answer(get("/nothing"));
  EXPECT_THAT(none, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(none, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(none, Not(HasSubstr("Content-Type: text")));
}

TEST_F(HttpServer, SendsEachCookieInAFieldOfItsOwnAndSplitsNoField) {
  start();
  const std::string heard = answer(get("/cookies"));
  EXPECT_THAT(heard, HasSubstr("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"));
  EXPECT_THAT(heard, HasSubstr("X-Split: one  X-Two: two\r\n"));
}

TEST_F(HttpServer, JoinsCookiesAndOtherRepeatedFields) {
  start();
  answer(get("/", "Cookie: a=1\r\nCookie: b=2\r\nAccept: x\r\nAccept: y\r\n"));
  EXPECT_EQ(site_.last.headers["cookie"], "a=1; b=2");
  EXPECT_EQ(site_.last.headers["accept"], "x, y");
}

TEST_F(HttpServer, RefusesARequestWithNoHostOrTwo) {
  start();
  EXPECT_THAT(answer("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer(get("/", "Host: other\r\n")), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServer, RefusesWhatIsTooLargeAndSaysSo) {
  start({.body = 10});
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 11\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  const std::string header = "X-Long: " + std::string(17 << 10, 'x') + "\r\n";
  EXPECT_THAT(answer(get("/", header)), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServer, RefusesALargeBodyWhenItsPlacesAreTaken) {
  start({.large_bodies = 0});
  EXPECT_THAT(answer(post(70'000)), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n"),
              StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer(post(60'000)), EndsWith("hello"));
  EXPECT_EQ(site_.last.body.size(), 60'000U);
}

TEST_F(HttpServer, LetsAClientThatIsStillUploadingReadTheRefusal) {
  start({.large_bodies = 0});
  EXPECT_THAT(answer(post(900'000)), EndsWith("Too much is being uploaded just now. Try again.\n"));
}

TEST_F(HttpServer, DoesNotLingerOverAClientThatNeverStopsUploading) {
  start({.body = 10, .linger = 20ms});
  std::string end;
  shard_.run_until_done(upload_without_end(end));
  EXPECT_EQ(end, "connection-lost");
}

TEST_F(HttpServer, GivesThePlaceOfALargeBodyToTheNextOne) {
  start({.large_bodies = 1});
  EXPECT_THAT(answer(post(70'000)), EndsWith("hello"));
  EXPECT_THAT(answer(post(80'000)), EndsWith("hello"));
  EXPECT_EQ(site_.last.body.size(), 80'000U);
}

TEST_F(HttpServer, RefusesTwoWaysToSayHowLongABodyIs) {
  start();
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServer, GivesUpOnARequestThatNeverEnds) {
  start({.request = 20ms});
  EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost:"), "");
}

TEST_F(HttpServer, GivesUpOnAClientThatSaysNothing) {
  start({.idle = 20ms});
  EXPECT_EQ(answer(""), "");
}

TEST_F(HttpServer, TakesASeatFromTheOneThatWaitedLongestWhenAllAreTaken) {
  start({.connections = 2});
  std::string first;
  std::string others;
  shard_.run_until_done(crowd_of_three(first, others));
  EXPECT_EQ(first, "");
  EXPECT_THAT(others, HasSubstr("hello"));
  EXPECT_THAT(others, EndsWith(" then HTTP/1.1 200 OK"));
}

TEST_F(HttpServer, LeavesOneAddressItsShareOfTheSeats) {
  start({.connections_per_address = 1});
  std::string first;
  std::string second;
  shard_.run_until_done(crowd_of_two(first, second));
  EXPECT_THAT(first, EndsWith("hello"));
  EXPECT_EQ(second, "");
}

TEST_F(HttpServer, TakesASeatFromAClientThatDoesNotBeginItsHandshake) {
  const crypto::testing::Directory directory;
  const auto root = crypto::testing::authority("Root");
  const auto leaf = crypto::testing::issue({}, &root);
  const auto context = crypto::ServerContext::make({.identities = {directory.identity("gw", leaf)},
                                                    .protocols = {"http/1.1"}})
                           .value();
  start({.connections = 1}, [&] { return context; });
  auto client = crypto::ClientContext::make({}).value();
  crypto::ClientHello hello;
  hello.profile = {tls::Version::tls1_2, false};
  hello.trust = crypto::testing::trust_in(root);
  std::string silent;
  std::string heard;
  shard_.run_until_done(silent_one_and_another(*client, hello, silent, heard));
  EXPECT_EQ(silent, "");
  EXPECT_THAT(heard, EndsWith("hello"));
}

}  // namespace
}  // namespace postern::http
