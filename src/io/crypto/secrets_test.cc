#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "io/crypto/tls.h"

namespace postern::crypto {
namespace {

using ::testing::StartsWith;

TEST(Passwords, VerifyAgainstTheirOwnHashOnly) {
  const std::string hash = hash_password("correct horse");
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(verify_password(hash, "correct horse"));
  EXPECT_FALSE(verify_password(hash, "correct horsf"));
  EXPECT_FALSE(verify_password(hash, ""));
}

TEST(Passwords, AreSalted) { EXPECT_NE(hash_password("same"), hash_password("same")); }

TEST(Passwords, MayHoldAnyBytes) {
  const std::string password("a\0b", 3);
  const std::string hash = hash_password(password);
  EXPECT_TRUE(verify_password(hash, password));
  EXPECT_FALSE(verify_password(hash, "a"));
}

TEST(Passwords, NeverVerifyAgainstWhatIsNoHash) {
  EXPECT_FALSE(verify_password("", ""));
  EXPECT_FALSE(verify_password("secret", "secret"));
  EXPECT_FALSE(verify_password("$argon2id$v=19$m=19456,t=2,p=1$", "secret"));
  EXPECT_FALSE(verify_password("$argon2i$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$AAAA", "secret"));
}

TEST(Passwords, RefuseAHashThatWouldCostTooMuchToCheck) {
  EXPECT_FALSE(verify_password("$argon2id$v=19$m=999999999,t=2,p=1$c2FsdHNhbHQ$AAAA", "secret"));
}

TEST(RandomBytes, AreAsManyAsAskedAndNeverTheSame) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(32).size(), 32U);
  EXPECT_NE(random_bytes(32), random_bytes(32));
}

TEST(Sha256, AgreesWithFips180) {
  const std::string digest = sha256("abc");
  EXPECT_EQ(base::hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()}),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace postern::crypto
