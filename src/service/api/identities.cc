#include "service/api/identities.h"

#include <algorithm>

#include "core/base/base64url.h"
#include "core/base/text.h"
#include "io/crypto/one_time_code.h"
#include "io/crypto/tls.h"
#include "io/records/people.h"
#include "io/records/sign_ins.h"

namespace postern::api {

namespace {

// "Last used" is kept to the minute, or every request would be a write.
constexpr std::chrono::minutes seen_interval{1};
constexpr std::string_view bearer = "bearer ";

std::string header(const http::Request& request, const std::string& name) {
  auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

Problem wrong_token() {
  return {401, "token-refused", "This token does not exist, or its time is up. Make another one."};
}

std::optional<std::string> common_account(const std::string& a, const std::string& b) {
  if (a == records::every_account) return b;
  if (b == records::every_account || a == b) return a;
  return std::nullopt;
}

}  // namespace

std::string csrf_token_of(const std::string& session_id) {
  return base::base64url(crypto::sha256("csrf " + session_id));
}

std::vector<Grant> grants_of(const std::vector<records::Grant>& grants) {
  std::vector<Grant> out;
  for (const records::Grant& grant : grants) out.push_back({grant.account, grant.role});
  return out;
}

std::vector<records::Grant> grants_of(const std::vector<Grant>& grants) {
  std::vector<records::Grant> out;
  for (const Grant& grant : grants) out.push_back({grant.account, grant.role});
  return out;
}

std::vector<Grant> common_grants(const std::vector<Grant>& a, const std::vector<Grant>& b) {
  std::vector<Grant> out;
  for (const Grant& one : a) {
    for (const Grant& other : b) {
      auto account = common_account(one.account, other.account);
      if (!account) continue;
      const Role role = std::min(one.role, other.role);
      auto held = std::ranges::find(out, *account, &Grant::account);
      if (held == out.end()) {
        out.push_back({std::move(*account), role});
      } else {
        held->role = std::max(held->role, role);
      }
    }
  }
  return out;
}

net::Task<Outcome<Identity>> Identities::by_token(std::string secret) {
  using Found = base::Result<std::optional<records::TokenHolder>>;
  const base::Instant now = needs_.shard.wall_now();
  std::function<Found(records::Records&)> look = [hash = hash_of(secret),
                                                  now](records::Records& records) {
    return records.people().token_of(hash, now);
  };
  auto found = co_await needs_.reads.run<Found>(needs_.shard, look);
  if (!found) co_return std::unexpected(problem_of(found.error()));
  if (!*found) co_return std::unexpected(wrong_token());
  const records::Token& token = (*found)->token;
  if (!token.last_used || now - *token.last_used >= seen_interval) {
    std::function<base::Result<>(records::Records&)> mark = [id = token.id,
                                                             now](records::Records& records) {
      return records.people().token_used(id, now);
    };
    (void)co_await needs_.writes.run<base::Result<>>(needs_.shard, mark);
  }
  Identity who;
  who.user = token.name;
  who.token = std::to_string(token.id);
  who.grants = common_grants(grants_of(token.grants), grants_of((*found)->author_grants));
  if (token.expires) who.expires = *token.expires;
  co_return who;
}

net::Task<Outcome<Identity>> Identities::by_session(std::string id, Behind behind) {
  using Found = base::Result<std::optional<records::Session>>;
  const base::Instant now = needs_.shard.wall_now();
  const std::string hash = hash_of(id);
  std::function<Found(records::Records&)> look = [hash](records::Records& records) {
    return records.sign_ins().session(hash);
  };
  auto found = co_await needs_.reads.run<Found>(needs_.shard, look);
  if (!found) co_return std::unexpected(problem_of(found.error()));
  if (!*found) co_return Identity{};
  const records::Session& session = **found;
  if (now >= session.expires || now - session.last_seen >= session_idle) co_return Identity{};
  if (behind == Behind::person && now - session.last_seen >= seen_interval) {
    std::function<base::Result<>(records::Records&)> mark = [hash, now](records::Records& records) {
      return records.sign_ins().session_seen(hash, now);
    };
    (void)co_await needs_.writes.run<base::Result<>>(needs_.shard, mark);
  }
  Identity who;
  who.user = session.user.name;
  who.session = hash;
  who.csrf_token = csrf_token_of(id);
  who.grants = grants_of(session.user.grants);
  who.expires = session.expires;
  who.idle_until = (behind == Behind::person ? now : session.last_seen) + session_idle;
  co_return who;
}

net::Task<Outcome<Identity>> Identities::identify(const http::Request& request, Behind behind) {
  const std::string authorization = header(request, "authorization");
  if (!authorization.empty()) {
    if (!base::lower(authorization).starts_with(bearer)) {
      Problem wrong{401, "token-refused", "Send a token as: Authorization: Bearer TOKEN"};
      co_return std::unexpected(wrong);
    }
    std::string secret(base::trim(std::string_view(authorization).substr(bearer.size())));
    co_return co_await by_token(std::move(secret));
  }
  std::string id = cookie_value(request, Cookie::session, needs_.transport);
  if (id.empty()) co_return Identity{};
  co_return co_await by_session(std::move(id), behind);
}

}  // namespace postern::api
