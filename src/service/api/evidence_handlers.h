// An account's evidence: a page at a time, or all that matches as CSV, sent as it is read.
#pragma once

#include "service/api/desk.h"
#include "service/api/mail_types.h"
#include "service/api/operations.h"

namespace postern::api {

class EvidenceHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
  };
  explicit EvidenceHandlers(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<Evidence> list(Call call, EvidenceQuery query);
  // Newest first, as the list; all that matches, unless a limit is given.
  [[nodiscard]] net::Task<http::Response> download(Call call, EvidenceQuery query);

 private:
  Needs needs_;
};

void declare_evidence(Operations& operations, EvidenceHandlers* handlers);

}  // namespace postern::api
