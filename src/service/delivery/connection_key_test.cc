// Which connections and TLS sessions may be used again: whatever changes a verdict changes the key.
#include <gtest/gtest.h>

#include "core/tls/testing.h"
#include "service/delivery/host_connection.h"

namespace postern::delivery {
namespace {

class ConnectionKey : public ::testing::Test {
 protected:
  ConnectionKey() {
    host_.host = tls::testing::domain("mx1.example.com");
    task_.host = &host_;
    task_.address = *base::IpAddress::parse("192.0.2.1");
    task_.account = base::AccountId{1};
    task_.digest = "digest";
    before_ = connection_key(task_);
  }
  bool changed() const { return connection_key(task_) != before_; }

  route::HostPlan host_;
  HostTask task_;
  std::string before_;
};

TEST_F(ConnectionKey, IsTheSameForTheSame) { EXPECT_FALSE(changed()); }

TEST_F(ConnectionKey, DiffersByAccount) {
  task_.account = base::AccountId{2};
  EXPECT_TRUE(changed());
}

TEST_F(ConnectionKey, DiffersByRequirement) {
  task_.digest = "other";
  EXPECT_TRUE(changed());
}

TEST_F(ConnectionKey, DiffersByHostAndAddress) {
  task_.address = *base::IpAddress::parse("192.0.2.2");
  EXPECT_TRUE(changed());
  task_.address = *base::IpAddress::parse("192.0.2.1");
  host_.host = tls::testing::domain("mx2.example.com");
  EXPECT_TRUE(changed());
}

TEST_F(ConnectionKey, DiffersByLogin) {
  host_.login = policy::Login{"gateway", "secret"};
  EXPECT_TRUE(changed());
}

TEST_F(ConnectionKey, DiffersByTlsaRecords) {
  host_.dane.records = {{3, 1, 1, std::vector<std::uint8_t>(32, 1)}};
  EXPECT_TRUE(changed());
  const std::string one = connection_key(task_);
  host_.dane.records[0].data[0] = 2;
  EXPECT_NE(connection_key(task_), one);
}

}  // namespace
}  // namespace postern::delivery
