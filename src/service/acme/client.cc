#include "service/acme/client.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "core/base/text.h"
#include "io/acme/read.h"
#include "io/http/url.h"

namespace postern::acme {
namespace {

constexpr std::size_t kLargestAnswer = 256 << 10;
constexpr int kNonceAttempts = 10;
constexpr std::size_t kLongestNonce = 512;

std::string header(const http::Response& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? std::string() : found->second;
}

// A date instead of seconds is left aside: our own pace is patient enough.
std::optional<std::chrono::seconds> retry_after(const http::Response& response) {
  const std::string text = header(response, "retry-after");
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

base::Failure refused(const http::Response& response) {
  const Problem problem = read_problem(response.body);
  std::string why = problem.detail.empty() ? "no reason" : problem.detail;
  if (!problem.type.empty()) why += " (" + problem.type + ")";
  return {"acme-refused",
          fmt::format("The certificate authority refused with {}: {}", response.status, why),
          {}};
}

bool good(const http::Response& response) {
  return response.status >= 200 && response.status < 300;
}

}  // namespace

std::string Client::own_jwk() const {
  const auto point = account_.key->point();
  return jwk(point.x, point.y);
}

std::string Client::key_authorization(std::string_view token) const {
  return acme::key_authorization(token, crypto::sha256(own_jwk()));
}

net::Task<base::Result<http::Response>> Client::send(std::string method, std::string url,
                                                     std::string body, base::Deadline deadline) {
  auto place = place_of(url);
  if (!place) co_return std::unexpected(place.error());
  https::Call call;
  call.host = place->host;
  call.port = place->port;
  call.answer_limit = kLargestAnswer;
  call.request.method = std::move(method);
  call.request.body = std::move(body);
  if (!call.request.body.empty()) call.request.headers["content-type"] = "application/jose+json";
  call.request.headers["user-agent"] = "Postern/" POSTERN_VERSION;
  if (!http::split_target(place->target, call.request.path, call.request.query)) {
    co_return base::fail("invalid-url",
                         fmt::format("The path of {} cannot be read.", base::printable(url, 100)));
  }
  // An organisation's own CA is a host inside. Where else the CA sends us is the CA's word only.
  https::Needs needs = https_;
  const auto directory = place_of(account_.directory);
  const bool is_directory = directory && directory->host == place->host;
  needs.reach.special_addresses = needs.reach.special_addresses || is_directory;
  auto response = co_await https::exchange(std::move(needs), std::move(call), deadline);
  if (!response) {
    base::Failure why = response.error();
    why.text = fmt::format("{} could not be asked: {}", place->host.text(), why.text);
    co_return std::unexpected(std::move(why));
  }
  std::string nonce = header(*response, "replay-nonce");
  if (!nonce.empty() && nonce.size() <= kLongestNonce) nonce_ = std::move(nonce);
  co_return response;
}

net::Task<base::Result<>> Client::take_nonce(base::Deadline deadline) {
  if (!nonce_.empty()) co_return base::Result<>();
  const std::string url = directory_->new_nonce;
  auto response = co_await send("GET", url, "", deadline);
  if (!response) co_return std::unexpected(response.error());
  if (!good(*response)) co_return std::unexpected(refused(*response));
  if (nonce_.empty()) co_return base::fail("acme-malformed", "The CA gives no nonce.");
  co_return base::Result<>();
}

std::string Client::signed_body(const std::string& url, std::string_view payload) {
  JwsHeader header{.nonce = std::exchange(nonce_, ""), .url = url};
  if (account_url_.empty()) {
    header.jwk = own_jwk();
  } else {
    header.key_id = account_url_;
  }
  const std::string input = signing_input(header, payload);
  return jws(input, account_.key->sign(input));
}

net::Task<base::Result<Answer>> Client::post(std::string url, std::string payload,
                                             base::Deadline deadline) {
  for (int attempt = 1;; ++attempt) {
    auto have_nonce = co_await take_nonce(deadline);
    if (!have_nonce) co_return std::unexpected(have_nonce.error());
    std::string body = signed_body(url, payload);
    auto response = co_await send("POST", url, std::move(body), deadline);
    if (!response) co_return std::unexpected(response.error());
    if (good(*response)) {
      co_return Answer{response->status, std::move(response->body), header(*response, "location"),
                       retry_after(*response)};
    }
    const std::string problem = read_problem(response->body).type;
    if (problem == "accountDoesNotExist") account_url_.clear();  // made anew the next time
    const bool again = attempt < kNonceAttempts && problem == "badNonce";
    if (!again) co_return std::unexpected(refused(*response));
  }
}

base::Result<std::string> Client::account_request() const {
  AccountRequest request{.contacts = account_.contacts};
  if (account_.external_id.empty() && directory_->external_account_required) {
    return base::fail("acme-account",
                      "This certificate authority serves only those who have an account with it: "
                      "write its id and key under [acme] external_id and external_key_file.");
  }
  if (!account_.external_id.empty()) {
    JwsHeader header{.algorithm = "HS256"};
    header.key_id = account_.external_id;
    header.url = directory_->new_account;
    const std::string input = signing_input(header, own_jwk());
    request.external_account_binding =
        jws(input, crypto::hmac_sha256(account_.external_key, input));
  }
  return account_payload(request);
}

net::Task<base::Result<>> Client::make_account(base::Deadline deadline) {
  auto payload = account_request();
  if (!payload) co_return std::unexpected(payload.error());
  const std::string url = directory_->new_account;
  auto answer = co_await post(url, *std::move(payload), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  if (!place_of(answer->location)) {
    co_return base::fail("acme-malformed", "The CA names no account.");
  }
  account_url_ = std::move(answer->location);
  co_return base::Result<>();
}

net::Task<base::Result<>> Client::open(base::Deadline deadline) {
  if (!directory_) {
    const std::string url = account_.directory;
    auto response = co_await send("GET", url, "", deadline);
    if (!response) co_return std::unexpected(response.error());
    if (!good(*response)) co_return std::unexpected(refused(*response));
    auto directory = read_directory(response->body);
    if (!directory) co_return std::unexpected(directory.error());
    directory_ = *std::move(directory);
  }
  if (account_url_.empty()) co_return co_await make_account(deadline);
  co_return base::Result<>();
}

}  // namespace postern::acme
