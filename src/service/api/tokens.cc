#include <charconv>

#include "io/records/people.h"
#include "service/api/users.h"

namespace postern::api {

namespace {

constexpr std::int64_t usual_days = 365;
constexpr std::int64_t most_days = 3650;

Token shown(const records::Token& token) {
  return {.id = std::to_string(token.id),
          .name = token.name,
          .grants = grants_of(token.grants),
          .author = token.author,
          .created = token.created,
          .last_used = token.last_used,
          .expires = token.expires};
}

// One's own; all for an administrator of every account. A token sees itself and its like no more
// than others.
bool may_see(const Identity& who, const records::Token& token) {
  return who.is_platform_administrator() || (who.token.empty() && token.author == who.user);
}

std::unexpected<Problem> no_such_token() {
  return refuse(404, "not-found", "There is no such token that you may see.");
}

Outcome<void> check(const Identity& who, const TokenInput& wanted) {
  Problem problem{422, "invalid-token", "Some fields are wrong: see errors."};
  const std::int64_t days = wanted.days.value_or(usual_days);
  if (days < 1 || days > most_days) {
    problem.errors.push_back({"#/days", "Give a number of days from 1 to 3650."});
  }
  for (std::size_t i = 0; i < wanted.grants.size(); ++i) {
    if (who.may(wanted.grants[i].role, wanted.grants[i].account)) continue;
    problem.errors.push_back({"#/grants/" + std::to_string(i),
                              "A token never may more than its maker, and you do not hold this "
                              "role here."});
  }
  if (wanted.grants.empty()) {
    problem.errors.push_back({"#/grants", "Give at least one role in an account."});
  }
  if (problem.errors.empty()) return {};
  return std::unexpected(std::move(problem));
}

}  // namespace

Handled<Tokens> TokenAdministration::list(Call call) {
  using Found = base::Result<std::vector<records::Token>>;
  std::function<Found(records::Records&)> look = [](records::Records& records) {
    return records.people().tokens();
  };
  auto found = co_await needs_.reads.run<Found>(needs_.shard, look);
  if (!found) co_return refuse(found.error());
  Tokens tokens;
  for (const records::Token& token : *found) {
    if (may_see(call.who, token)) tokens.items.push_back(shown(token));
  }
  co_return tokens;
}

Handled<NewToken> TokenAdministration::add(Call call, TokenInput wanted) {
  if (call.who.session.empty()) {
    co_return refuse(403, "session-needed", "Sign in with a password for this; a token may not.");
  }
  if (auto good = check(call.who, wanted); !good) co_return std::unexpected(good.error());
  const std::string secret = "postern_" + random_id();
  const base::Instant now = needs_.shard.wall_now();
  records::NewToken token{.name = wanted.name,
                          .hash = hash_of(secret),
                          .grants = grants_of(wanted.grants),
                          .author = call.who.user,
                          .expires = now + std::chrono::days(wanted.days.value_or(usual_days))};
  std::function<base::Result<records::Token>(records::Records&)> keep =
      [actor = call.who.actor(), token, now](records::Records& records) {
        return records.people().add_token(actor, now, token);
      };
  auto kept = co_await needs_.writes.run<base::Result<records::Token>>(needs_.shard, keep);
  if (!kept) {
    const std::string& code = kept.error().code;
    if (code == "invalid-token") co_return refuse_field(kept.error(), "#/name");
    if (code == "invalid-grant") co_return refuse_field(kept.error(), "#/grants");
    co_return refuse(kept.error());
  }
  co_return NewToken{.token = shown(*kept), .secret = secret};
}

Handled<Nothing> TokenAdministration::remove(Call call) {
  const std::string& text = call.at("id");
  std::int64_t id = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) co_return no_such_token();
  std::function<base::Result<>(records::Records&)> remove =
      [who = call.who, id, now = needs_.shard.wall_now()](records::Records& records) {
        const auto permit = [&who](const records::Token& token) -> base::Result<> {
          if (may_see(who, token)) return {};
          return base::fail("not-found", "There is no such token that you may see.");
        };
        return records.people().remove_token(who.actor(), now, id, permit);
      };
  auto removed = co_await needs_.writes.run<base::Result<>>(needs_.shard, remove);
  if (!removed && removed.error().code == "not-found") co_return no_such_token();
  if (!removed) co_return refuse(removed.error());
  co_return Nothing{};
}

void declare_tokens(Operations& operations, TokenAdministration* tokens) {
  operations.add<Nothing, Nothing, Tokens>(
      {Method::get, "/tokens", "listTokens", "The tokens that one may see", Access::signed_in},
      [tokens](Call call, Nothing, Nothing) { return tokens->list(std::move(call)); });
  operations.add<Nothing, TokenInput, NewToken>(
      {Method::post, "/tokens", "addToken", "Makes a token", Access::signed_in, 201},
      [tokens](Call call, Nothing, TokenInput body) {
        return tokens->add(std::move(call), std::move(body));
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, "/tokens/{id}", "removeToken", "Removes a token", Access::signed_in, 204},
      [tokens](Call call, Nothing, Nothing) { return tokens->remove(std::move(call)); });
}

}  // namespace postern::api
