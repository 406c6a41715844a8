#include "io/acme/folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace postern::acme {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    char pattern[] = "/tmp/postern-acme-XXXXXX";
    path_ = mkdtemp(pattern);
    folder_ = std::make_unique<Folder>(*Folder::open(path_ + "/certificates"));
  }
  ~FolderTest() override { std::filesystem::remove_all(path_); }

  std::string chain_of(const crypto::CertificateKey& key) const {
    return key.self_signed({{&name_, 1}, now_, now_ + std::chrono::days(90)});
  }
  static unsigned mode(const std::string& file) {
    struct stat facts{};
    stat(file.c_str(), &facts);
    return facts.st_mode & 0777U;
  }

  std::string path_;
  std::unique_ptr<Folder> folder_;
  dns::Domain name_ = *dns::Domain::parse("gateway.example");
  base::Instant now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

TEST_F(FolderTest, BeginsEmptyAndForItsUserAlone) {
  EXPECT_THAT(folder_->files(), IsEmpty());
  EXPECT_EQ(*folder_->leaf(name_), std::nullopt);
  EXPECT_EQ(*folder_->next_key(name_), nullptr);
  EXPECT_EQ(folder_->attempts(name_), Attempts());
  EXPECT_EQ(mode(path_ + "/certificates"), 0700U);
}

TEST_F(FolderTest, KeepsKeyAndChainInOneSecretFile) {
  const auto key = crypto::CertificateKey::make();
  ASSERT_TRUE(folder_->put(name_, *key, chain_of(*key)));
  EXPECT_THAT(folder_->files(), ElementsAre(folder_->file(name_)));
  EXPECT_EQ(mode(folder_->file(name_)), 0600U);
  const auto leaf = folder_->leaf(name_);
  ASSERT_TRUE(leaf && *leaf);
  EXPECT_EQ((*leaf)->spki, key->spki_sha256());
  EXPECT_THAT((*leaf)->dns_names, ElementsAre("gateway.example"));
  EXPECT_TRUE((*leaf)->self_signed);
  EXPECT_EQ((*leaf)->not_after, now_ + std::chrono::days(90));
  EXPECT_EQ((*folder_->key(name_))->spki_sha256(), key->spki_sha256());
}

TEST_F(FolderTest, ANextKeyIsMadeOnceAndGoesWhenItIsDropped) {
  const auto made = folder_->make_next_key(name_);
  ASSERT_TRUE(made);
  EXPECT_EQ((*folder_->make_next_key(name_))->spki_sha256(), (*made)->spki_sha256());
  EXPECT_THAT(folder_->next_keys(), ElementsAre((*made)->spki_sha256()));
  EXPECT_THAT(folder_->files(), IsEmpty());
  folder_->drop_next_key(name_);
  EXPECT_EQ(*folder_->next_key(name_), nullptr);
}

TEST_F(FolderTest, WhatWaitsIsNotShownBeforeItIsTaken) {
  const auto old = crypto::CertificateKey::make();
  const auto next = crypto::CertificateKey::make();
  ASSERT_TRUE(folder_->put(name_, *old, chain_of(*old)));
  EXPECT_EQ(*folder_->waiting(name_), "");
  ASSERT_TRUE(folder_->put_waiting(name_, *next, chain_of(*next)));
  EXPECT_EQ((*folder_->leaf(name_))->spki, old->spki_sha256());
  EXPECT_THAT(folder_->files(), ElementsAre(folder_->file(name_)));
  EXPECT_THAT(folder_->next_keys(), ElementsAre(next->spki_sha256()));
  ASSERT_TRUE(folder_->take_waiting(name_));
  EXPECT_EQ((*folder_->leaf(name_))->spki, next->spki_sha256());
  EXPECT_EQ((*folder_->key(name_))->spki_sha256(), next->spki_sha256());
  EXPECT_EQ(*folder_->waiting(name_), "");
  EXPECT_FALSE(folder_->take_waiting(name_));
}

TEST_F(FolderTest, AttemptsOutliveARestartAndASuccessForgetsThem) {
  const Attempts attempts{3, now_ + std::chrono::hours(1), "no \"answer\""};
  ASSERT_TRUE(folder_->save(name_, attempts));
  EXPECT_EQ(Folder(path_ + "/certificates").attempts(name_), attempts);
  ASSERT_TRUE(folder_->save(name_, {}));
  EXPECT_EQ(folder_->attempts(name_), Attempts());
}

TEST_F(FolderTest, ABrokenNoteOfAttemptsIsNoneAndABrokenCertificateIsSaid) {
  std::ofstream(path_ + "/certificates/gateway.example.attempts") << "{\"failures\":";
  EXPECT_EQ(folder_->attempts(name_), Attempts());
  std::ofstream(folder_->file(name_)) << "nothing";
  ASSERT_EQ(chmod(folder_->file(name_).c_str(), 0600), 0);
  EXPECT_FALSE(folder_->leaf(name_));
}

TEST_F(FolderTest, TheAccountKeyStaysTheSame) {
  const auto key = folder_->account_key();
  ASSERT_TRUE(key);
  EXPECT_EQ((*folder_->account_key())->spki_sha256(), (*key)->spki_sha256());
  EXPECT_EQ(mode(path_ + "/certificates/account.key"), 0600U);
}

}  // namespace
}  // namespace postern::acme
