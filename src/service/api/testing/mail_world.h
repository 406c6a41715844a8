// For tests of handlers: records and a queue in folders of their own, a book that is read from the
// records when the test says so, and calls as the application hands them over.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/observe/event.h"
#include "io/records/temporary_records.h"
#include "io/spool/testing/spool_world.h"
#include "service/api/changes.h"
#include "service/api/desk.h"
#include "service/api/operations.h"

namespace postern::api::testing {

class BookOfRecords : public service::BookSource {
 public:
  explicit BookOfRecords(records::Records& records) : records_(records) { reload(); }
  [[nodiscard]] std::shared_ptr<const policy::PolicyBook> current() const override { return book_; }
  void reload() { book_ = std::make_shared<const policy::PolicyBook>(records_.load().value()); }

 private:
  records::Records& records_;
  std::shared_ptr<const policy::PolicyBook> book_;
};

class EventMemory : public observe::EventSink {
 public:
  void emit(observe::Event event, std::initializer_list<observe::Field> fields) override {
    std::string line(observe::event_info(event).name);
    for (const observe::Field& field : fields) line += " " + field.value;
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;
};

inline Identity person(std::string name, std::string account, Role role) {
  Identity who;
  who.user = std::move(name);
  who.session = "session";
  who.grants = {{std::move(account), role}};
  return who;
}

// Two accounts: "main", which is there from the start, and "other".
class MailWorld {
 public:
  MailWorld()
      : records(records::open_records(folder)),
        other(add_account("other")),
        book(*records),
        reads(records::open_records(folder)),
        writes(records::open_records(folder)),
        changes(spool.shard, book, [] {}) {
    EXPECT_TRUE(spool.open());
  }

  template <class Object>
  auto put(Object object) {
    auto id = records::put_one(*records, std::move(object));
    EXPECT_TRUE(id) << id.error().text;
    book.reload();
    changes.book_changed();
    return *id;
  }
  void record(std::vector<queue::Attempt> attempts) {
    std::vector<std::pair<std::int64_t, queue::Attempt>> numbered;
    for (auto& attempt : attempts) numbered.emplace_back(++sequence_, std::move(attempt));
    EXPECT_TRUE(records->record("gw1", numbered));
  }
  // An attempt of now, or some time before.
  [[nodiscard]] queue::Attempt attempt(std::string domain,
                                       base::Duration ago = base::Duration(0)) const {
    queue::Attempt made;
    made.time = spool.shard.wall_now() - ago;
    made.node = "gw1";
    made.account = main;
    made.domain = std::move(domain);
    made.peer_host = "mx." + made.domain;
    made.version = tls::Version::tls1_3;
    return made;
  }
  spool::Accepted queued(std::string_view domain, base::AccountId account,
                         queue::Leg leg = queue::Leg::external) {
    queue::Destination destination = spool::testing::to(domain);
    destination.leg = leg;
    auto made = spool.mail("body", {std::move(destination)});
    made.envelope.account = account;
    return *spool.put(std::move(made));
  }
  void postpone(const queue::Delivery& delivery, std::string code) {
    spool::Settlement settlement;
    settlement.delivery = delivery.id;
    settlement.remaining = delivery.destination.recipients;
    settlement.due = spool.shard.wall_now() + std::chrono::hours(1);
    settlement.last = {std::move(code), "4.7.5", "A sentence.", "mx.a.example", "said so"};
    EXPECT_TRUE(spool.wait(spool.spool->settle(spool.shard, std::move(settlement))));
  }

  // A call to the account "main", by an administrator of it.
  [[nodiscard]] Call call(std::map<std::string, std::string> path = {}) {
    path["account"] = "main";
    Call made{.request = {},
              .path = std::move(path),
              .who = person("anna", "main", Role::administrator),
              .book = book.current()};
    made.account = made.book->account_named("main");
    return made;
  }
  template <class T>
  [[nodiscard]] T wait(net::Task<T> task) {
    return spool.wait(std::move(task));
  }
  // The reply of a handler that must succeed.
  template <class Reply>
  [[nodiscard]] Reply good(Handled<Reply> handled) {
    auto outcome = wait(std::move(handled));
    EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().detail);
    return outcome ? outcome->body : Reply{};
  }
  // "404 not-found" of one that must not.
  template <class Reply>
  [[nodiscard]] std::string refusal(Handled<Reply> handled) {
    auto outcome = wait(std::move(handled));
    if (outcome) return "it succeeded";
    std::string text = std::to_string(outcome.error().status) + " " + outcome.error().code;
    for (const FieldError& error : outcome.error().errors) text += " " + error.pointer;
    return text;
  }

  const base::AccountId main{records::kMain};
  records::TemporaryFolder folder;
  spool::testing::SpoolWorld spool;
  std::unique_ptr<records::Records> records;
  const base::AccountId other;
  BookOfRecords book;
  Desk reads;
  Desk writes;
  Changes changes;
  EventMemory events;

 private:
  base::AccountId add_account(std::string name) {
    policy::Account account;
    account.name = std::move(name);
    return *records::put_one(*records, std::move(account));
  }
  std::int64_t sequence_ = 0;
};

}  // namespace postern::api::testing
