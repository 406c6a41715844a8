#include "io/net/proxy.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace postern::net {
namespace {

bool may_become_signature(std::span<const char> bytes) {
  const std::size_t count = std::min(bytes.size(), proxy::kSignature.size());
  return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count),
                    proxy::kSignature.begin());
}

// Fills `into` up to `wanted`; read_some is asked for what is missing and never for more.
Task<base::Result<>> read_up_to(Stream& stream, std::vector<char>& into, std::size_t wanted,
                                base::Deadline deadline) {
  std::size_t have = into.size();
  into.resize(wanted);
  while (have < wanted) {
    const std::span<char> missing = std::span(into).subspan(have);
    const auto count = co_await stream.read_some(missing, deadline);
    if (!count) co_return std::unexpected(count.error());
    if (*count == 0) {
      co_return base::fail("connection-lost",
                           "The load balancer closed the connection before its PROXY protocol "
                           "header was complete.");
    }
    have += *count;
    if (!may_become_signature(std::span(into).first(have))) break;  // the parser says what is wrong
  }
  co_return base::Result<>();
}

std::span<const std::uint8_t> as_bytes(const std::vector<char>& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

}  // namespace

Task<base::Result<proxy::Header>> read_proxy_header(Stream& stream, base::Deadline deadline) {
  std::vector<char> bytes;
  auto done = co_await read_up_to(stream, bytes, proxy::kPreambleSize, deadline);
  if (!done) co_return std::unexpected(std::move(done.error()));
  const auto preamble = proxy::parse_preamble(as_bytes(bytes).first<proxy::kPreambleSize>());
  if (!preamble) co_return std::unexpected(preamble.error());
  done = co_await read_up_to(stream, bytes, proxy::kPreambleSize + preamble->rest, deadline);
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return proxy::parse_rest(*preamble, as_bytes(bytes).subspan(proxy::kPreambleSize));
}

}  // namespace postern::net
