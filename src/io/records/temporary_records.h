// For tests: records in a folder of their own that goes with the test.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "io/records/records.h"

namespace postern::records {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "records-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name = "records.db") const {
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

inline std::unique_ptr<Records> open_records(const TemporaryFolder& folder) {
  auto records = Records::open(folder.file());
  if (!records) ADD_FAILURE() << records.error().text;
  return records ? *std::move(records) : nullptr;
}

inline dns::Domain domain(std::string_view text) { return dns::Domain::parse(text).value(); }

constexpr base::Instant kNow{std::chrono::microseconds{1'790'000'000'000'000}};
inline const Actor kAnna{"user:anna", "api"};
constexpr base::AccountId kMain{1};

// One object put and finished.
template <class Object>
auto put_one(Records& records, Object object) {
  auto change = records.change(kAnna, kNow);
  using Put = decltype((*change)->put(object));
  if (!change) return Put(std::unexpected(change.error()));
  auto put = (*change)->put(std::move(object));
  if (!put) return put;
  if (auto finished = (*change)->finish(); !finished) {
    return Put(std::unexpected(finished.error()));
  }
  return put;
}

template <class Id>
base::Result<> remove_one(Records& records, Id id) {
  auto change = records.change(kAnna, kNow);
  if (!change) return std::unexpected(change.error());
  if (auto removed = (*change)->remove(id); !removed) return removed;
  return (*change)->finish();
}

inline policy::Policy policy_for(std::string_view scope) {
  policy::Policy policy;
  policy.account = kMain;
  policy.scope = policy::Scope::parse(scope).value();
  policy.created = kNow;
  policy.author = "anna";
  return policy;
}

inline policy::InternalDomain internal_domain(std::string_view name, base::AccountId account) {
  policy::InternalDomain made;
  made.account = account;
  made.domain = domain(name);
  return made;
}

inline policy::InternalRoute internal_route(std::string_view name, std::string host) {
  policy::InternalRoute route;
  route.account = kMain;
  route.domain = domain(name);
  route.host = std::move(host);
  return route;
}

}  // namespace postern::records
