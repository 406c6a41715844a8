// An account's exceptions: the only thing that weakens, each with a reason and an end.
#pragma once

#include "service/api/editor.h"
#include "service/api/operations.h"
#include "service/api/policy_types.h"

namespace postern::api {

class ExceptionHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    Editor& editor;
  };
  explicit ExceptionHandlers(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<Exceptions> list(Call call);
  [[nodiscard]] Handled<Exception> add(Call call, ExceptionInput input);
  [[nodiscard]] Handled<Nothing> remove(Call call);

 private:
  Needs needs_;
};

void declare_exceptions(Operations& operations, ExceptionHandlers* handlers);

}  // namespace postern::api
