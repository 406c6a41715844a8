// Asio on a shard, for the .cc files of io/ that need it (Beast's HTTP); it must not reach any
// other header. The shard's own loop does not use Asio (loop.h says why). Once this has been
// called, the shard waits in Asio's reactor, with its own inside: the same thread runs both.
//
// Asio is compiled once, in asio.cc (BOOST_ASIO_SEPARATE_COMPILATION). Whoever includes Beast
// compiles its sources once likewise: one file of io/http includes <boost/beast/src.hpp>.
#pragma once

#include <boost/asio/io_context.hpp>

#include "io/net/shard.h"

namespace postern::net {

// Made when first asked for; call it on the shard's thread. It lives as long as the shard.
[[nodiscard]] boost::asio::io_context& io_context(Shard& shard);

}  // namespace postern::net
