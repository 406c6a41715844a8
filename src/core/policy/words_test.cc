#include "core/policy/words.h"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

TEST(PolicyWords, ReadBackAsTheValueTheyStandFor) {
  for (const auto accept : {Accept::any, Accept::pkix, Accept::dane}) {
    EXPECT_EQ(parse_accept(accept_text(accept)), accept);
  }
  for (const auto on_failure : {OnFailure::defer, OnFailure::bounce}) {
    EXPECT_EQ(parse_on_failure(on_failure_text(on_failure)), on_failure);
  }
  for (const auto floor : {Floor::standard, Floor::tls1_3, Floor::legacy}) {
    EXPECT_EQ(parse_floor(floor_text(floor)), floor);
  }
  for (const auto start : {TlsStart::starttls, TlsStart::implicit}) {
    EXPECT_EQ(parse_tls_start(tls_start_text(start)), start);
  }
  using Kind = InternalSender::Kind;
  for (const auto kind : {Kind::address_range, Kind::credentials, Kind::client_certificate}) {
    EXPECT_EQ(parse_sender_kind(sender_kind_text(kind)), kind);
  }
}

TEST(PolicyWords, RefuseWhatIsNoWord) {
  EXPECT_EQ(parse_accept("PKIX"), std::nullopt);
  EXPECT_EQ(parse_floor(""), std::nullopt);
  EXPECT_EQ(parse_on_failure("unknown"), std::nullopt);
}

}  // namespace
}  // namespace postern::policy
