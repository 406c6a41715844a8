#include "service/acme/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/tls/names.h"
#include "io/acme/read.h"

namespace postern::acme {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kPace = 2s;
constexpr std::chrono::seconds kSlowest = 30s;

// Waits as the CA asks, within reason.
net::Task<base::Result<>> pause(Client& client, const Answer& answer, base::Deadline deadline) {
  const auto wait = std::clamp(answer.retry_after.value_or(kPace), 1s, kSlowest);
  base::Deadline until = deadline.no_later_than(client.shard().now() + wait);
  auto slept = co_await client.shard().sleep(until);
  if (!slept) co_return slept;
  if (deadline.passed(client.shard().now())) {
    co_return base::fail("timeout", "The certificate authority did not come to an end in time.");
  }
  co_return slept;
}

base::Failure not_proved(const Authorization& authorization) {
  std::string why = "it does not say why";
  for (const Challenge& one : authorization.challenges) {
    if (!one.error.empty()) why = one.error;
  }
  return {"acme-invalid",
          fmt::format("{} could not be proved to the certificate authority: {}", authorization.name,
                      why),
          {}};
}

net::Task<base::Result<>> wait_until_proved(Client& client, std::string url,
                                            base::Deadline deadline) {
  for (;;) {
    auto answer = co_await client.post(url, "", deadline);
    if (!answer) co_return std::unexpected(answer.error());
    auto authorization = read_authorization(answer->body);
    if (!authorization) co_return std::unexpected(authorization.error());
    if (authorization->status == Status::valid) co_return base::Result<>();
    if (authorization->status != Status::pending) {
      co_return std::unexpected(not_proved(*authorization));
    }
    auto paused = co_await pause(client, *answer, deadline);
    if (!paused) co_return paused;
  }
}

net::Task<base::Result<>> answer_challenge(Client& client, Responder& responder,
                                           Responder::Shown shown, std::string challenge_url,
                                           std::string authorization_url, base::Deadline deadline) {
  responder.show(shown, client.shard().wall_now());
  base::Result<> proved;
  auto begun = co_await client.post(std::move(challenge_url), "{}", deadline);
  if (begun) {
    proved = co_await wait_until_proved(client, std::move(authorization_url), deadline);
  } else {
    proved = std::unexpected(begun.error());
  }
  responder.hide(shown);
  co_return proved;
}

net::Task<base::Result<>> prove(Client& client, Responder& responder, ChallengeType type,
                                std::string url, base::Deadline deadline) {
  auto answer = co_await client.post(url, "", deadline);
  if (!answer) co_return std::unexpected(answer.error());
  auto authorization = read_authorization(answer->body);
  if (!authorization) co_return std::unexpected(authorization.error());
  if (authorization->status == Status::valid) co_return base::Result<>();
  if (authorization->status != Status::pending) {
    co_return std::unexpected(not_proved(*authorization));
  }
  auto name = dns::Domain::parse(authorization->name);
  if (!name) co_return std::unexpected(name.error());
  const auto& all = authorization->challenges;
  const auto found = std::ranges::find(all, challenge_text(type), &Challenge::type);
  if (found == all.end()) {
    co_return base::fail("acme-no-challenge",
                         fmt::format("The certificate authority offers no challenge {} for {}; set "
                                     "another under [acme] challenge.",
                                     challenge_text(type), name->text()));
  }
  Responder::Shown shown{type, *std::move(name), found->token,
                         client.key_authorization(found->token)};
  std::string challenge_url = found->url;
  co_return co_await answer_challenge(client, responder, std::move(shown), std::move(challenge_url),
                                      std::move(url), deadline);
}

// Until the order is neither pending nor processing.
net::Task<base::Result<Order>> settle(Client& client, std::string url, base::Deadline deadline) {
  for (;;) {
    auto answer = co_await client.post(url, "", deadline);
    if (!answer) co_return std::unexpected(answer.error());
    auto order = read_order(answer->body);
    if (!order) co_return std::unexpected(order.error());
    if (order->status == Status::invalid) {
      const std::string why = order->error.empty() ? "it does not say why" : order->error;
      co_return base::fail("acme-invalid", "The certificate authority gave the order up: " + why);
    }
    const bool open = order->status == Status::pending || order->status == Status::processing;
    if (!open) co_return order;
    auto paused = co_await pause(client, *answer, deadline);
    if (!paused) co_return std::unexpected(paused.error());
  }
}

net::Task<base::Result<std::string>> finish(Client& client, std::string order_url, Wish wish,
                                            base::Deadline deadline) {
  auto ready = co_await settle(client, order_url, deadline);
  if (!ready) co_return std::unexpected(ready.error());
  if (ready->status == Status::ready) {
    std::string payload = finalize_payload(wish.key->request(wish.names));
    auto finalized = co_await client.post(ready->finalize, std::move(payload), deadline);
    if (!finalized) co_return std::unexpected(finalized.error());
    ready = co_await settle(client, order_url, deadline);
    if (!ready) co_return std::unexpected(ready.error());
  }
  if (ready->certificate.empty()) {
    co_return base::fail("acme-malformed", "The order is done, but the CA names no certificate.");
  }
  auto chain = co_await client.post(ready->certificate, "", deadline);
  if (!chain) co_return std::unexpected(chain.error());
  if (auto good = check_chain(chain->body, wish, client.shard().wall_now()); !good) {
    co_return std::unexpected(good.error());
  }
  co_return std::move(chain->body);
}

}  // namespace

base::Result<> check_chain(const std::string& pem, const Wish& wish, base::Instant now) {
  const auto unusable = [](const std::string& why) {
    return base::fail("acme-malformed",
                      "The certificate authority gave a certificate that cannot be used: " + why);
  };
  auto chain = crypto::read_certificates(pem);
  if (!chain) return unusable(chain.error().text);
  const tls::CertificateFacts& leaf = chain->front();
  if (leaf.spki != wish.key->spki_sha256()) return unusable("it is of another key.");
  if (now >= leaf.not_after) return unusable("it has expired.");
  for (const dns::Domain& name : wish.names) {
    if (!tls::match_name(leaf, {&name, 1})) return unusable("it lacks " + name.text() + ".");
  }
  return {};
}

net::Task<base::Result<std::string>> obtain(Client& client, Responder& responder, Wish wish,
                                            base::Deadline deadline) {
  auto opened = co_await client.open(deadline);
  if (!opened) co_return std::unexpected(opened.error());
  const std::string url = client.directory().new_order;
  std::string payload = order_payload(wish.names);
  auto ordered = co_await client.post(url, std::move(payload), deadline);
  if (!ordered) co_return std::unexpected(ordered.error());
  auto order = read_order(ordered->body);
  if (!order) co_return std::unexpected(order.error());
  if (!place_of(ordered->location)) {
    co_return base::fail("acme-malformed", "The CA does not say where the order is.");
  }
  for (std::string authorization : order->authorizations) {
    auto proved =
        co_await prove(client, responder, wish.challenge, std::move(authorization), deadline);
    if (!proved) co_return std::unexpected(proved.error());
  }
  std::string order_url = std::move(ordered->location);
  co_return co_await finish(client, std::move(order_url), std::move(wish), deadline);
}

}  // namespace postern::acme
