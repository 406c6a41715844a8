// Reads the PROXY protocol header that a listed load balancer sends first (core/proxy/header.h).
#pragma once

#include "core/proxy/header.h"
#include "io/net/stream.h"
#include "io/net/task.h"

namespace postern::net {

// Reads exactly the header: what the client itself sends stays in `stream`, a TLS hello for
// instance. Bytes that cannot become a header fail at once. Failures: those of core/proxy, those of
// reading, and "connection-lost" if the balancer closes early. After a failure the connection is of
// no use.
[[nodiscard]] Task<base::Result<proxy::Header>> read_proxy_header(Stream& stream,
                                                                  base::Deadline deadline);

}  // namespace postern::net
