#include "service/api/exception_handlers.h"

#include <algorithm>
#include <tuple>

#include "service/api/convert.h"
#include "service/api/etag.h"
#include "service/api/field_reader.h"

namespace postern::api {

namespace {

using Rule = policy::Exception;

const Rule* same_rule(const Call& call, const Rule& wanted) {
  const auto& all = call.book->configuration().exceptions;
  const auto found = std::ranges::find_if(all, [&](const Rule& one) {
    return one.account == call.account->id && one.domain == wanted.domain &&
           one.mode == wanted.mode && one.end == wanted.end && one.reason == wanted.reason;
  });
  return found == all.end() ? nullptr : &*found;
}

Outcome<const Rule*> named(const Call& call) {
  const auto id = id_of(call.at("id"));
  const auto& all = call.book->configuration().exceptions;
  const auto found = std::ranges::find_if(all, [&](const Rule& one) {
    return id && one.id.value == *id && one.account == call.account->id;
  });
  if (found != all.end()) return &*found;
  return refuse(404, "not-found", "There is no such exception in this account.");
}

}  // namespace

Handled<Exceptions> ExceptionHandlers::list(Call call) {
  std::vector<const Rule*> mine;
  for (const Rule& one : call.book->configuration().exceptions) {
    if (one.account == call.account->id) mine.push_back(&one);
  }
  std::ranges::sort(mine, std::greater(),
                    [](const Rule* one) { return std::tuple(one->created, one->id); });
  Exceptions out;
  for (const Rule* one : mine) out.items.push_back(shown(*one, needs_.shard.wall_now()));
  co_return out;
}

Handled<Exception> ExceptionHandlers::add(Call call, ExceptionInput input) {
  const base::Instant now = needs_.shard.wall_now();
  FieldReader fields;
  Rule wanted;
  wanted.domain = fields.domain("#/domain", input.domain);
  wanted.mode = input.mode;
  wanted.reason = input.reason;
  wanted.author = call.who.actor().name;
  wanted.created = now;
  wanted.end = input.end;
  fields.check(wanted);
  if (fields.failed()) co_return fields.problem();
  int status = 201;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    wanted.account = current.account->id;
    const Rule* old = same_rule(current, wanted);
    if (old == nullptr) return putting(wanted);
    wanted = *old;
    status = 200;
    return Editor::Work();
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  if (*made != 0) wanted.id = {*made};
  co_return Answer<Exception>(shown(wanted, now), status);
}

Handled<Nothing> ExceptionHandlers::remove(Call call) {
  const base::Instant now = needs_.shard.wall_now();
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto old = named(current);
    if (!old) return std::unexpected(old.error());
    if (auto same = require_match(current, shown(**old, now)); !same) {
      return std::unexpected(same.error());
    }
    return removing((*old)->id);
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return Nothing();
}

void declare_exceptions(Operations& operations, ExceptionHandlers* handlers) {
  const std::string all = "/accounts/{account}/exceptions";
  operations.add<Nothing, Nothing, Exceptions>(
      {Method::get, all, "listExceptions", "An account's exceptions, ended ones too"},
      [handlers](Call call, Nothing, Nothing) { return handlers->list(std::move(call)); });
  operations.add<Nothing, ExceptionInput, Exception>(
      {Method::post, all, "addException", "Allows less for a while", Access::administrator, 201},
      [handlers](Call call, Nothing, ExceptionInput input) {
        return handlers->add(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, all + "/{id}", "removeException", "Ends an exception now",
       Access::administrator, 204},
      [handlers](Call call, Nothing, Nothing) { return handlers->remove(std::move(call)); });
}

}  // namespace postern::api
