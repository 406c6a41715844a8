// An account's internal senders: the servers that may send to the world through the gateway.
//
// Passwords are hashed and compared on the records' thread, before the change begins: argon2id
// takes tens of milliseconds, which neither a shard nor a write transaction may spend.
#pragma once

#include "service/api/account_types.h"
#include "service/api/editor.h"
#include "service/api/operations.h"

namespace postern::api {

class SenderHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& desk;  // where passwords are hashed
    Editor& editor;
  };
  explicit SenderHandlers(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<Senders> list(Call call);
  [[nodiscard]] Handled<Sender> get(Call call);
  [[nodiscard]] Handled<Sender> add(Call call, SenderInput input);
  [[nodiscard]] Handled<Sender> replace(Call call, SenderInput input);
  [[nodiscard]] Handled<Nothing> remove(Call call);

 private:
  // The old hash if it is of this password, else a fresh one.
  [[nodiscard]] net::Task<std::string> hash(std::string password, std::string old_hash);

  Needs needs_;
};

void declare_senders(Operations& operations, SenderHandlers* handlers);

}  // namespace postern::api
