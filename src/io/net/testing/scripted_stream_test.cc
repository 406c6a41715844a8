#include "io/net/testing/scripted_stream.h"

#include <gtest/gtest.h>

#include "io/net/shard.h"
#include "io/net/testing/deadlines.h"

namespace postern::net::testing {
namespace {

// A minimal client: reads a greeting, says hello, reads the answer; "ok", or the code of what
// failed.
Task<void> greet(Stream& stream, std::string hello, std::string& outcome) {
  std::string got;
  char buffer[100];
  for (const char* wanted : {"220 mx\r\n", "250 mx\r\n"}) {
    while (got != wanted) {
      const auto count = co_await stream.read_some(buffer, never());
      outcome = !count ? count.error().code : "closed";
      if (!count || *count == 0) co_return;
      got.append(buffer, *count);
    }
    got.clear();
    const auto written = co_await stream.write(hello, never());
    outcome = written ? "ok" : written.error().code;
    if (!written) co_return;
    hello = "QUIT\r\n";
  }
  stream.finish();
}

const Script kScript = {says("220 mx\r\n"), hears("EHLO gw\r\n"), says("250 mx\r\n"),
                        hears_line("QUIT"), closes()};

std::string run(Script script, Transcript& transcript, std::string hello = "EHLO gw\r\n",
                std::size_t lose_at = ScriptedStream::kNever,
                std::size_t chunk = ScriptedStream::kNever) {
  Shard shard;
  ScriptedStream stream(std::move(script), transcript, lose_at, chunk);
  std::string outcome;
  shard.run_until_done(greet(stream, std::move(hello), outcome));
  return outcome;
}

TEST(ScriptedStream, PlaysItsScriptWhole) {
  Transcript transcript;
  EXPECT_EQ(run(kScript, transcript), "ok");
  EXPECT_EQ(transcript.problem, "");
  EXPECT_EQ(transcript.written, "EHLO gw\r\nQUIT\r\n");
  EXPECT_EQ(transcript.step, 4u);
  EXPECT_TRUE(transcript.finished);
}

TEST(ScriptedStream, PlaysItByteByByte) {
  Transcript transcript;
  EXPECT_EQ(run(kScript, transcript, "EHLO gw\r\n", ScriptedStream::kNever, 1), "ok");
  EXPECT_EQ(transcript.problem, "");
}

TEST(ScriptedStream, NoticesWordsThatAreNotInTheScript) {
  Transcript transcript;
  (void)run(kScript, transcript, "HELO you\r\n");
  EXPECT_NE(transcript.problem.find("it heard: HELO you"), std::string::npos);
}

TEST(ScriptedStream, NoticesAReaderThatShouldHaveWritten) {
  Transcript transcript;
  EXPECT_EQ(run({hears("EHLO gw\r\n")}, transcript), "timeout");
  EXPECT_NE(transcript.problem, "");
}

TEST(ScriptedStream, LosesTheConnectionAtEachStep) {
  for (std::size_t at = 0; at < 4; ++at) {
    Transcript transcript;
    EXPECT_EQ(run(kScript, transcript, "EHLO gw\r\n", at), "connection-lost") << at;
    EXPECT_EQ(transcript.step, at);
  }
}

TEST(ScriptedStream, EndsAsTheScriptSays) {
  Transcript transcript;
  EXPECT_EQ(run({closes()}, transcript), "closed");
  EXPECT_EQ(run({resets()}, transcript = {}), "connection-lost");
  EXPECT_EQ(run({stays_silent()}, transcript = {}), "timeout");
  EXPECT_EQ(run({}, transcript = {}), "closed");
}

}  // namespace
}  // namespace postern::net::testing
