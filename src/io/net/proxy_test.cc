#include "io/net/proxy.h"

#include <gtest/gtest.h>

#include "io/net/shard.h"
#include "io/net/testing/deadlines.h"
#include "io/net/testing/scripted_stream.h"

namespace postern::net {
namespace {

using testing::closes;
using testing::never;
using testing::says;
using testing::Script;
using testing::ScriptedStream;
using testing::Transcript;

const std::string kHeader =
    std::string(proxy::kSignature) +
    std::string("\x21\x11\0\x0F\xC0\0\2\1\xC6\x33\x64\7\xC0\1\0\x19\4\0\0", 19);

struct Read {
  std::string code;
  std::string source;
  std::string left;  // what the client finds in the stream afterwards
};

Task<void> read(Stream& stream, Read& out) {
  const auto header = co_await read_proxy_header(stream, never());
  out.code = header ? "ok" : header.error().code;
  if (!header) co_return;
  out.source = header->source.to_string();
  char buffer[100];
  const auto count = co_await stream.read_some(buffer, never());
  if (count) out.left.assign(buffer, *count);
}

Read read_from(Script script, std::size_t chunk = ScriptedStream::kNever) {
  Shard shard;
  Transcript transcript;
  ScriptedStream stream(std::move(script), transcript, ScriptedStream::kNever, chunk);
  Read out;
  shard.run_until_done(read(stream, out));
  return out;
}

TEST(ReadProxyHeader, LeavesWhatTheClientSentInTheStream) {
  const Read out = read_from({says(kHeader + "EHLO client\r\n")});
  EXPECT_EQ(out.code, "ok");
  EXPECT_EQ(out.source, "192.0.2.1:49153");
  EXPECT_EQ(out.left, "EHLO client\r\n");
}

TEST(ReadProxyHeader, DoesNotMindWhereReadsEnd) {
  const Read out = read_from({says(kHeader + "E")}, 1);
  EXPECT_EQ(out.source, "192.0.2.1:49153");
  EXPECT_EQ(out.left, "E");
}

TEST(ReadProxyHeader, FailsAtTheFirstByteThatCannotBeAHeader) {
  const Read out = read_from({says("E"), testing::stays_silent()});
  EXPECT_EQ(out.code, "proxy-malformed");
}

TEST(ReadProxyHeader, FailsWhenTheBalancerClosesAnywhereInsideIt) {
  for (std::size_t size = 0; size < kHeader.size(); ++size) {
    EXPECT_EQ(read_from({says(kHeader.substr(0, size)), closes()}).code, "connection-lost") << size;
  }
}

TEST(ReadProxyHeader, PassesOnATimeout) {
  EXPECT_EQ(read_from({says(kHeader.substr(0, 20)), testing::stays_silent()}).code, "timeout");
}

TEST(ReadProxyHeader, RefusesWhatTheParserRefuses) {
  std::string header = kHeader;
  header[13] = 0x31;
  EXPECT_EQ(read_from({says(header)}).code, "proxy-unsupported");
}

}  // namespace
}  // namespace postern::net
