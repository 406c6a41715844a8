#include "io/crypto/dkim_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace postern::crypto {
namespace {

class DkimKeys : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "dkim-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string file() const { return folder_ + "/dkim.pem"; }

  std::string folder_;
};

message::DkimSigner signer() {
  return {dns::Domain::parse("mail.example.com").value(), "postern",
          *base::parse_rfc3339("2026-11-26T12:00:00Z")};
}

TEST_F(DkimKeys, AreMadeOnceForTheirOwnerAlone) {
  const auto made = DkimKey::load_or_make(file());
  ASSERT_TRUE(made) << made.error().text;
  struct stat status{};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const auto again = DkimKey::load_or_make(file());
  ASSERT_TRUE(again);
  EXPECT_EQ((*made)->public_key_der(), (*again)->public_key_der());
}

TEST_F(DkimKeys, SignTheSameTextAlike) {
  const auto key = DkimKey::load_or_make(file());
  const std::string message = "From: a@mail.example.com\r\n\r\nbody\r\n";
  const std::string one = (*key)->sign(signer(), message);
  EXPECT_TRUE(one.starts_with("DKIM-Signature: "));
  EXPECT_TRUE(one.ends_with(message));
  EXPECT_EQ(one, (*key)->sign(signer(), message));
  EXPECT_NE(one, (*key)->sign(signer(), message + "more\r\n"));
}

TEST_F(DkimKeys, SayWhatIsWrongWithAFile) {
  EXPECT_EQ(DkimKey::load(file()).error().code, "unreadable-file");
  std::ofstream(file()) << "no key";
  ::chmod(file().c_str(), 0600);
  EXPECT_EQ(DkimKey::load_or_make(file()).error().code, "bad-key");
  ::chmod(file().c_str(), 0644);
  EXPECT_EQ(DkimKey::load(file()).error().code, "exposed-key");
}

}  // namespace
}  // namespace postern::crypto
