#include "io/crypto/dane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "io/crypto/testing/forge.h"

namespace postern::crypto {
namespace {

using testing::authority;
using ::testing::HasSubstr;
using testing::issue;
using testing::Issued;
using testing::stack_of;
using tls::Dane;

std::vector<std::uint8_t> association(X509* certificate, int selector, int matching_type) {
  unsigned char* der = nullptr;
  const int size = selector == 0 ? i2d_X509(certificate, &der)
                                 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  std::vector<std::uint8_t> data(der, der + size);
  OPENSSL_free(der);
  if (matching_type == 0) return data;
  const EVP_MD* digest = matching_type == 1 ? EVP_sha256() : EVP_sha512();
  std::vector<std::uint8_t> hash(static_cast<std::size_t>(EVP_MD_get_size(digest)));
  EVP_Digest(data.data(), data.size(), hash.data(), nullptr, digest, nullptr);
  return hash;
}

dns::Tlsa record(const Issued& of, std::uint8_t usage, std::uint8_t selector,
                 std::uint8_t matching_type) {
  return {usage, selector, matching_type, association(of.get(), selector, matching_type)};
}

class DaneChecking : public ::testing::Test {
 protected:
  DaneVerdict check(const std::vector<const Issued*>& presented,
                    const std::vector<dns::Tlsa>& records) const {
    DaneVerdict verdict =
        checker_.check(presented[0]->get(), stack_of(presented).get(), records, testing::now());
    EXPECT_EQ(ERR_peek_error(), 0U) << "the error queue must stay clean";
    return verdict;
  }

  DaneChecker checker_;
  Issued root_ = authority("Root");
  Issued intermediate_ = authority("Intermediate", &root_);
  Issued leaf_ = issue({}, &intermediate_);
  std::vector<const Issued*> chain_{&leaf_, &intermediate_};
};

TEST_F(DaneChecking, SaysNothingWithoutRecords) {
  EXPECT_EQ(check(chain_, {}).dane, Dane::not_checked);
}

TEST_F(DaneChecking, MatchesTheLeafBySpkiSha256) {
  EXPECT_EQ(check(chain_, {record(leaf_, 3, 1, 1)}).dane, Dane::matched_ee);
}

TEST_F(DaneChecking, MatchesTheLeafByEverySelectorAndDigest) {
  for (const std::uint8_t selector : std::initializer_list<std::uint8_t>{0, 1}) {
    for (const std::uint8_t matching_type : std::initializer_list<std::uint8_t>{0, 1, 2}) {
      EXPECT_EQ(check(chain_, {record(leaf_, 3, selector, matching_type)}).dane, Dane::matched_ee)
          << "3 " << int{selector} << ' ' << int{matching_type};
    }
  }
}

TEST_F(DaneChecking, MatchesAnAuthorityByEverySelectorAndDigest) {
  for (const std::uint8_t selector : std::initializer_list<std::uint8_t>{0, 1}) {
    for (const std::uint8_t matching_type : std::initializer_list<std::uint8_t>{0, 1, 2}) {
      EXPECT_EQ(check(chain_, {record(intermediate_, 2, selector, matching_type)}).dane,
                Dane::matched_ta)
          << "2 " << int{selector} << ' ' << int{matching_type};
    }
  }
}

TEST_F(DaneChecking, MatchesAnAuthorityThatOnlyTheRecordHolds) {
  EXPECT_EQ(check(chain_, {record(root_, 2, 0, 0)}).dane, Dane::matched_ta);
}

TEST_F(DaneChecking, CannotMatchTheDigestOfAnAuthorityThatIsNotPresented) {
  EXPECT_EQ(check({&leaf_}, {record(intermediate_, 2, 0, 1)}).dane, Dane::mismatched);
}

TEST_F(DaneChecking, SeesThatAnotherKeyDoesNotMatch) {
  const Issued other = issue({}, &intermediate_);
  const auto verdict = check(chain_, {record(other, 3, 1, 1)});
  EXPECT_EQ(verdict.dane, Dane::mismatched);
  EXPECT_THAT(verdict.detail, HasSubstr("none of 1 TLSA records matches"));
}

TEST_F(DaneChecking, MatchesWhenOneOfSeveralRecordsDoes) {
  const Issued other = issue({}, &intermediate_);
  EXPECT_EQ(check(chain_, {record(other, 3, 1, 1), record(leaf_, 3, 1, 1)}).dane, Dane::matched_ee);
}

TEST_F(DaneChecking, IgnoresDatesNamesAndPurposeForTheLeaf) {
  const Issued old = issue({.alternative_names = "DNS:elsewhere.example",
                            .usage = "clientAuth",
                            .from = std::chrono::hours(-48),
                            .until = std::chrono::hours(-24)});
  EXPECT_EQ(check({&old}, {record(old, 3, 1, 1)}).dane, Dane::matched_ee);
}

TEST_F(DaneChecking, HoldsAChainBelowAnAuthorityToItsDates) {
  const Issued old =
      issue({.from = std::chrono::hours(-48), .until = std::chrono::hours(-24)}, &intermediate_);
  const auto verdict = check({&old, &intermediate_}, {record(intermediate_, 2, 0, 1)});
  EXPECT_EQ(verdict.dane, Dane::mismatched);
  EXPECT_THAT(verdict.detail, HasSubstr("expired"));
}

TEST_F(DaneChecking, DoesNotTakeAWeakKeyBecauseARecordVouchesForIt) {
  const Issued weak = issue({.key = "1024"});
  EXPECT_EQ(check({&weak}, {record(weak, 3, 1, 1)}).dane, Dane::mismatched);
}

TEST_F(DaneChecking, NeverMatchesUsagesThatSmtpDoesNotHave) {
  for (const std::uint8_t usage : std::initializer_list<std::uint8_t>{0, 1}) {
    EXPECT_EQ(check(chain_, {record(leaf_, usage, 1, 1)}).dane, Dane::mismatched);
  }
}

TEST_F(DaneChecking, TakesOnlyMalformedRecordsForAMismatch) {
  const auto verdict = check(chain_, {dns::Tlsa{3, 1, 1, {1, 2, 3}}});
  EXPECT_EQ(verdict.dane, Dane::mismatched);
  EXPECT_THAT(verdict.detail, HasSubstr("can be used"));
}

TEST_F(DaneChecking, RemembersNothingFromOneCheckToTheNext) {
  EXPECT_EQ(check(chain_, {record(leaf_, 3, 1, 1)}).dane, Dane::matched_ee);
  const Issued other = issue({}, &intermediate_);
  EXPECT_EQ(check(chain_, {record(other, 3, 1, 1)}).dane, Dane::mismatched);
  EXPECT_EQ(check(chain_, {record(leaf_, 3, 1, 1)}).dane, Dane::matched_ee);
}

}  // namespace
}  // namespace postern::crypto
