// For tests of the API's handlers: records on disk with two accounts ("main" and "other"), the book
// of them, and the desks; calls as the application would make them, run on a shard.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "io/records/temporary_records.h"
#include "service/api/editor.h"
#include "service/api/operations.h"

namespace postern::api::testing {

using records::domain;
using records::kMain;
using records::put_one;

class RecordsBook : public service::BookSource {
 public:
  explicit RecordsBook(const records::TemporaryFolder& folder)
      : records_(records::open_records(folder)) {
    load();
  }
  void load() {
    auto loaded = records_->load();
    ASSERT_TRUE(loaded) << loaded.error().text;
    book_ = std::make_shared<const policy::PolicyBook>(*std::move(loaded));
  }
  [[nodiscard]] std::shared_ptr<const policy::PolicyBook> current() const override { return book_; }
  [[nodiscard]] records::Records& records() { return *records_; }

 private:
  std::unique_ptr<records::Records> records_;
  std::shared_ptr<const policy::PolicyBook> book_;
};

class Kit {
 public:
  Kit()
      : book(folder),
        writes(records::open_records(folder)),
        reads(records::open_records(folder)),
        changes(shard, book,
                [this] {
                  shard.post([this] {
                    book.load();
                    changes.book_changed();
                  });
                }),
        editor({shard, writes, changes, book}) {
    policy::Account other;
    other.name = "other";
    other.title = "Other Inc";
    kOther = put_one(book.records(), other).value();
    book.load();
  }

  // As another process would: the book does not know yet, unless refreshed.
  template <class Object>
  auto put_unseen(Object object) {
    auto id = put_one(book.records(), std::move(object));
    EXPECT_TRUE(id) << id.error().text;
    return *id;
  }
  template <class Object>
  auto put(Object object) {
    auto id = put_unseen(std::move(object));
    book.load();
    return id;
  }

  [[nodiscard]] Call call(std::map<std::string, std::string> path = {},
                          const std::string& account = "main") const {
    Call made;
    made.request.method = "GET";
    made.path = std::move(path);
    made.path["account"] = account;
    made.who.user = "anna";
    made.who.session = "s";
    made.who.grants = {{account, Role::administrator}};
    made.book = book.current();
    made.account = made.book->account_named(account);
    return made;
  }
  [[nodiscard]] Call if_match(Call made, std::string tag) const {
    made.request.headers["if-match"] = std::move(tag);
    return made;
  }

  template <class Reply>
  Outcome<Answer<Reply>> run(Handled<Reply> task) {
    std::optional<Outcome<Answer<Reply>>> answer;
    shard.run_until_done(await(std::move(task), answer));
    return *std::move(answer);
  }
  // What must go well.
  template <class Reply>
  Reply ok(Handled<Reply> task) {
    auto answer = run(std::move(task));
    EXPECT_TRUE(answer) << answer.error().code << ": " << answer.error().detail;
    return answer ? std::move(answer->body) : Reply();
  }
  // Its problem as "409 already-exists #/domain".
  template <class Reply>
  std::string problem(Handled<Reply> task) {
    const auto answer = run(std::move(task));
    if (answer) return "none";
    std::string text = std::to_string(answer.error().status) + " " + answer.error().code;
    for (const FieldError& error : answer.error().errors) text += " " + error.pointer;
    return text;
  }
  template <class Reply>
  int status(Handled<Reply> task) {
    const auto answer = run(std::move(task));
    return answer ? answer->status : answer.error().status;
  }

  records::TemporaryFolder folder;
  net::Shard shard;
  RecordsBook book;
  Desk writes, reads;
  Changes changes;
  Editor editor;
  base::AccountId kOther;

 private:
  template <class Reply>
  static net::Task<void> await(Handled<Reply> task, std::optional<Outcome<Answer<Reply>>>& answer) {
    answer = co_await task;
  }
};

}  // namespace postern::api::testing
