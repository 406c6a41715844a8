#include "service/api/sender_handlers.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "io/crypto/tls.h"
#include "service/api/convert.h"
#include "service/api/etag.h"
#include "service/api/field_reader.h"

namespace postern::api {

namespace {

constexpr std::size_t shortest_password = 12;
constexpr std::size_t longest_password = 256;

using policy::InternalSender;
using Kind = InternalSender::Kind;

void read_range(FieldReader& fields, InternalSender& sender, const SenderInput& input) {
  const std::string text = input.range.value_or("");
  sender.range = base::IpRange::parse(base::trim(text));
  if (sender.range) return;
  fields.complain("#/range", fmt::format("\"{}\" is no address range: write 192.0.2.0/24 or "
                                         "2001:db8::/48, without bits set below the prefix.",
                                         base::printable(text, 60)));
}

void read_password(FieldReader& fields, const SenderInput& input) {
  if (!input.password) return;
  if (input.password->size() < shortest_password) {
    fields.complain("#/password", "The password needs at least 12 characters.");
  } else if (input.password->size() > longest_password) {
    fields.complain("#/password", "The password is longer than 256 bytes.");
  }
}

void read_certificate(FieldReader& fields, InternalSender& sender, const SenderInput& input) {
  if (input.certificate_spki) {
    const auto digest = fields.digest("#/certificate_spki", *input.certificate_spki);
    if (digest) sender.certificate_spki = *digest;
    return;
  }
  if (!input.certificate_pem) {
    fields.complain("#/certificate_pem", "Give its certificate, or its key's digest.");
    return;
  }
  const auto certificates = crypto::read_certificates(*input.certificate_pem);
  if (!certificates) {
    fields.complain("#/certificate_pem", certificates.error());
  } else if (certificates->empty()) {
    fields.complain("#/certificate_pem", "This holds no certificate.");
  } else {
    sender.certificate_spki = certificates->front().spki;
  }
}

// What is known without hashing: all but the password.
InternalSender read_sender(FieldReader& fields, const SenderInput& input) {
  InternalSender sender;
  sender.kind = input.kind;
  sender.require_tls = input.require_tls.value_or(false);
  sender.note = input.note.value_or("");
  switch (input.kind) {
    case Kind::address_range:
      read_range(fields, sender, input);
      break;
    case Kind::credentials:
      sender.user = input.user.value_or("");
      read_password(fields, input);
      break;
    case Kind::client_certificate:
      read_certificate(fields, sender, input);
      break;
  }
  return sender;
}

const InternalSender* with_same_identity(const Call& call, const InternalSender& wanted) {
  const auto& all = call.book->configuration().senders;
  const auto found = std::ranges::find_if(all, [&](const InternalSender& one) {
    return one.account == call.account->id && one.kind == wanted.kind &&
           one.range == wanted.range && one.user == wanted.user &&
           one.certificate_spki == wanted.certificate_spki;
  });
  return found == all.end() ? nullptr : &*found;
}

Outcome<const InternalSender*> named(const Call& call) {
  const auto id = id_of(call.at("id"));
  const auto& all = call.book->configuration().senders;
  const auto found = std::ranges::find_if(all, [&](const InternalSender& one) {
    return id && one.id.value == *id && one.account == call.account->id;
  });
  if (found != all.end()) return &*found;
  return refuse(404, "not-found", "There is no such sender in this account.");
}

Outcome<const InternalSender*> meant(const Call& call) {
  auto found = named(call);
  if (!found) return found;
  if (auto same = require_match(call, shown(**found)); !same) return std::unexpected(same.error());
  return found;
}

// The narrowest range that holds an address decides whose mail it is (PolicyBook::sender_at). Who
// names a part of another account's range would take its servers' mail away from it.
Outcome<void> may_take(const Call& call, const InternalSender& wanted) {
  if (!wanted.range || call.who.is_platform_administrator()) return {};
  const bool is_taken =
      std::ranges::any_of(call.book->configuration().senders, [&](const InternalSender& one) {
        return one.account != call.account->id && one.range &&
               one.range->prefix() < wanted.range->prefix() &&
               one.range->contains(wanted.range->first());
      });
  if (!is_taken) return {};
  const std::string why = fmt::format(
      "{} lies within addresses of another account of this gateway. If the server is yours, ask an "
      "administrator of every account to add it.",
      wanted.range->to_string());
  Problem problem{.status = 409, .code = "range-held-elsewhere", .detail = why};
  problem.errors.push_back({"#/range", why});
  return std::unexpected(std::move(problem));
}

std::unexpected<Problem> password_missing() {
  FieldReader fields;
  fields.complain("#/password", "A sender that signs in needs a password.");
  return fields.problem();
}

}  // namespace

net::Task<std::string> SenderHandlers::hash(std::string password, std::string old_hash) {
  std::function<std::string(records::Records&)> job =
      [password = std::move(password), old_hash = std::move(old_hash)](records::Records&) {
        const bool same = !old_hash.empty() && crypto::verify_password(old_hash, password);
        return same ? old_hash : crypto::hash_password(password);
      };
  co_return co_await needs_.desk.run<std::string>(needs_.shard, std::move(job));
}

Handled<Senders> SenderHandlers::list(Call call) {
  Senders out;
  for (const InternalSender& one : call.book->configuration().senders) {
    if (one.account == call.account->id) out.items.push_back(shown(one));
  }
  co_return out;
}

Handled<Sender> SenderHandlers::get(Call call) {
  const auto found = named(call);
  if (!found) co_return std::unexpected(found.error());
  co_return shown(**found);
}

Handled<Sender> SenderHandlers::add(Call call, SenderInput input) {
  FieldReader fields;
  InternalSender wanted = read_sender(fields, input);
  if (wanted.kind == Kind::credentials && !fields.failed()) {
    if (!input.password) co_return password_missing();
    const InternalSender* old = with_same_identity(call, wanted);
    const std::string old_hash = old != nullptr ? old->password_hash : std::string();
    wanted.password_hash = co_await hash(*input.password, old_hash);
  }
  fields.check(wanted);
  if (fields.failed()) co_return fields.problem();
  int status = 201;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    wanted.account = current.account->id;
    const InternalSender* old = with_same_identity(current, wanted);
    if (old == nullptr) {
      if (auto free = may_take(current, wanted); !free) return std::unexpected(free.error());
      return putting(wanted);
    }
    wanted.id = old->id;
    if (wanted != *old) {
      return refuse(409, "already-exists",
                    "This sender is known already, with other settings. Change that one.");
    }
    status = 200;
    return Editor::Work();
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  if (*made != 0) wanted.id = {*made};
  co_return Answer<Sender>(shown(wanted), status);
}

Handled<Sender> SenderHandlers::replace(Call call, SenderInput input) {
  const auto before = meant(call);
  if (!before) co_return std::unexpected(before.error());
  FieldReader fields;
  InternalSender wanted = read_sender(fields, input);
  if (wanted.kind == Kind::credentials && !fields.failed()) {
    wanted.password_hash = (*before)->password_hash;
    if (input.password) wanted.password_hash = co_await hash(*input.password, wanted.password_hash);
    if (wanted.password_hash.empty()) co_return password_missing();
  }
  fields.check(wanted);
  if (fields.failed()) co_return fields.problem();
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant(current);
    if (!old) return std::unexpected(old.error());
    wanted.id = (*old)->id;
    wanted.account = (*old)->account;
    if (wanted.range != (*old)->range) {
      if (auto free = may_take(current, wanted); !free) return std::unexpected(free.error());
    }
    return wanted == **old ? Editor::Work() : putting(wanted);
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return shown(wanted);
}

Handled<Nothing> SenderHandlers::remove(Call call) {
  const Editor::Decide decide = [](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant(current);
    if (!old) return std::unexpected(old.error());
    return removing((*old)->id);
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return Nothing();
}

void declare_senders(Operations& operations, SenderHandlers* handlers) {
  const std::string all = "/accounts/{account}/senders";
  const std::string one = all + "/{id}";
  operations.add<Nothing, Nothing, Senders>(
      {Method::get, all, "listSenders", "An account's internal senders"},
      [handlers](Call call, Nothing, Nothing) { return handlers->list(std::move(call)); });
  operations.add<Nothing, SenderInput, Sender>(
      {Method::post, all, "addSender", "Adds an internal sender", Access::administrator, 201},
      [handlers](Call call, Nothing, SenderInput input) {
        return handlers->add(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Sender>(
      {Method::get, one, "getSender", "An internal sender"},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
  operations.add<Nothing, SenderInput, Sender>(
      {Method::put, one, "replaceSender", "Gives an internal sender other settings",
       Access::administrator},
      [handlers](Call call, Nothing, SenderInput input) {
        return handlers->replace(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, one, "removeSender", "Removes an internal sender", Access::administrator,
       204},
      [handlers](Call call, Nothing, Nothing) { return handlers->remove(std::move(call)); });
}

}  // namespace postern::api
