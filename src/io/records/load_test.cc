// The figure that a hosting provider's restart depends on: a million policies load in two seconds.
#include <gtest/gtest.h>

#include <ctime>

#include "io/records/database.h"
#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

#ifdef NDEBUG
constexpr int kPolicies = 1'000'000;
#else
constexpr int kPolicies = 20'000;  // unoptimised and sanitised builds show the shape only
#endif

// Of this process, so that what else runs on the machine does not count.
double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

TEST(RecordsLoad, ReadsAMillionPolicies) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(put_one(*records, policy_for("pattern.example")));
  auto database = Database::open(folder.file(), 1000).value();
  auto filled = database->run(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
      "INSERT INTO policies SELECT 1000 + i, account, 'partner' || i || '.example.com', "
      "exclusions, "
      "mode, stage, delivery, receipt, accept, floor, '*.mail.example.com', names, spki_pins, "
      "client_names, on_failure, time_limit, valid_from, valid_until, note, author, created "
      "FROM policies, n WHERE scope = 'pattern.example'",
      kPolicies);
  ASSERT_TRUE(filled) << filled.error().text;

  const double before = cpu_seconds();
  const auto all = records->load();
  const double took = cpu_seconds() - before;
  ASSERT_TRUE(all) << all.error().text;
  ASSERT_EQ(all->policies.size(), static_cast<std::size_t>(kPolicies) + 1);
  EXPECT_EQ(all->policies.back().scope.text(),
            "partner" + std::to_string(kPolicies) + ".example.com");
  RecordProperty("cpu_seconds", std::to_string(took));
  RecordProperty("policies", kPolicies);
}

}  // namespace
}  // namespace postern::records
