#include "io/crypto/suites.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/crypto/tls.h"

namespace postern::crypto {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> suites(const SuiteChoice& choice) {
  const SslContextPtr context(SSL_CTX_new(TLS_method()));
  configure(context.get(), choice);
  std::vector<std::string> names;
  const auto* all = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    names.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(all, i)));
  }
  return names;
}

TEST(Suites, OfEnforcedModesAuthenticateAndHoldNoBrokenCipher) {
  const auto names = suites({.floor = tls::Version::tls1_2});
  EXPECT_THAT(names, Contains("ECDHE-RSA-AES128-GCM-SHA256"));
  for (const char* broken : {"ADH", "AECDH", "RC4", "MD5", "NULL", "EXP", "DES-CBC", "PSK"}) {
    EXPECT_THAT(names, Each(Not(HasSubstr(broken)))) << broken;
  }
}

TEST(Suites, OfOpportunisticModeEndWithTheAnonymousOnes) {
  const auto names = suites({.floor = tls::Version::tls1_0, .anonymous = true});
  EXPECT_THAT(names, Contains(StartsWith("ADH-")));
  EXPECT_THAT(names.back(), ::testing::ContainsRegex("^(ADH|AECDH)-"));
  for (const char* broken : {"RC4", "MD5", "NULL", "EXP", "PSK"}) {
    EXPECT_THAT(names, Each(Not(HasSubstr(broken)))) << broken;
  }
}

TEST(Suites, NeverHoldNullEncryptionEvenWhenForbiddenOnesAreAskedFor) {
  const auto names = suites({.floor = tls::Version::tls1_0, .anonymous = true, .forbidden = true});
  EXPECT_THAT(names, Each(Not(HasSubstr("NULL"))));
}

TEST(Suites, ThatAreMissingAreToldInOneLineWhenTheyWereAskedFor) {
  EXPECT_EQ(missing_suites(false), "");
  const bool linked = [] {
    const SslContextPtr context(SSL_CTX_new(TLS_method()));
    return SSL_CTX_set_cipher_list(context.get(), "RC4:!eNULL:@SECLEVEL=0") == 1;
  }();
  if (linked) {
    EXPECT_THAT(missing_suites(true), Not(HasSubstr("RC4 ")));
  } else {
    EXPECT_THAT(missing_suites(true), HasSubstr("has no RC4"));
  }
}

}  // namespace
}  // namespace postern::crypto
