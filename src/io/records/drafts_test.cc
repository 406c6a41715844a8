#include "io/records/drafts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

base::Result<KeptDraft> write(Records& records, std::string text) {
  return records.change_draft(kMain, [&](const KeptDraft&) { return text; });
}

TEST(Drafts, AreNoneAtFirst) {
  const TemporaryFolder folder;
  const auto draft = open_records(folder)->draft(kMain).value();
  EXPECT_EQ(draft.revision, 0);
  EXPECT_EQ(draft.text, "");
}

TEST(Drafts, OutliveTheProgramThatWroteThem) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write(*open_records(folder), "begun"));
  EXPECT_EQ(open_records(folder)->draft(kMain)->text, "begun");
}

TEST(Drafts, AreChangedFromWhatIsThere) {
  const TemporaryFolder folder;
  auto anna = open_records(folder), bert = open_records(folder);
  const auto append = [](Records& records, const std::string& more) {
    return records.change_draft(kMain, [&](const KeptDraft& before) { return before.text + more; });
  };
  ASSERT_TRUE(append(*anna, "a"));
  ASSERT_TRUE(append(*bert, "b"));
  EXPECT_EQ(anna->draft(kMain)->text, "ab");
  EXPECT_EQ(anna->draft(kMain)->revision, 2);
}

TEST(Drafts, StayAsTheyAreWhenAChangeIsWithdrawn) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(write(*records, "begun"));
  const auto same = records->change_draft(kMain, [](const KeptDraft&) { return std::nullopt; });
  EXPECT_EQ(same->text, "begun");
  EXPECT_EQ(same->revision, 1);
}

TEST(Drafts, NeverGoBackInTheirRevision) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(write(*records, "first"));
  ASSERT_TRUE(write(*records, ""));
  EXPECT_EQ(write(*records, "second")->revision, 3);
}

TEST(Drafts, ChangeNoConfiguration) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto before = records->revision().value();
  ASSERT_TRUE(write(*records, "begun"));
  EXPECT_EQ(records->revision().value(), before);
}

TEST(Drafts, GoWithTheChangeThatPutsThemInForce) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(write(*records, "begun"));
  {
    auto given_up = records->change(kAnna, kNow);
    EXPECT_EQ((*given_up)->take_draft(kMain)->text, "begun");
  }
  EXPECT_EQ(records->draft(kMain)->text, "begun");
  {
    auto finished = records->change(kAnna, kNow);
    EXPECT_EQ((*finished)->take_draft(kMain)->text, "begun");
    ASSERT_TRUE((*finished)->finish());
  }
  EXPECT_EQ(records->draft(kMain)->text, "");
}

TEST(Drafts, GoWithTheirAccount) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  policy::Account other;
  other.name = "other";
  const auto id = put_one(*records, other).value();
  ASSERT_TRUE(records->change_draft(id, [](const KeptDraft&) { return std::string("begun"); }));
  EXPECT_TRUE(remove_one(*records, id));
  EXPECT_EQ(records->draft(id)->text, "");
}

}  // namespace
}  // namespace postern::records
