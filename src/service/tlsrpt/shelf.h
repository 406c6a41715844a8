// Where TLS reports are kept, as the shards wait for it: records::TlsSessions and TlsReceived
// behind a thread of their own. Shared by all shards.
#pragma once

#include <optional>
#include <vector>

#include "io/net/shard.h"
#include "io/net/task.h"
#include "io/records/tls_reports.h"

namespace postern::tlsrpt {

class Shelf {
 public:
  virtual ~Shelf() = default;
  [[nodiscard]] virtual net::Task<base::Result<>> add(net::Shard& shard, Tally tally) = 0;
  [[nodiscard]] virtual net::Task<base::Result<Tally>> tally(net::Shard& shard,
                                                             std::chrono::sys_days day,
                                                             dns::Domain domain) = 0;
  using Unplanned = records::TlsSessions::Unplanned;
  [[nodiscard]] virtual net::Task<base::Result<Unplanned>> unplanned(
      net::Shard& shard, std::chrono::sys_days before) = 0;
  [[nodiscard]] virtual net::Task<base::Result<>> save(net::Shard& shard,
                                                       std::vector<records::Sending> sendings) = 0;
  using Sendings = std::vector<records::Sending>;
  [[nodiscard]] virtual net::Task<base::Result<Sendings>> waiting(net::Shard& shard,
                                                                  base::Instant until) = 0;
  // Sessions and sendings of days before `day`, reports received before `received`.
  [[nodiscard]] virtual net::Task<base::Result<>> forget(net::Shard& shard,
                                                         std::chrono::sys_days day,
                                                         base::Instant received) = 0;

  // What of a received report nobody had told in the time before.
  struct Taken {
    bool is_new = false;    // the report itself
    bool too_many = false;  // of this domain in a day: it was not kept
    std::vector<Failures> news;
  };
  [[nodiscard]] virtual net::Task<base::Result<Taken>> take(net::Shard& shard,
                                                            records::ReceivedReport report,
                                                            base::Instant known_since) = 0;
};

}  // namespace postern::tlsrpt
