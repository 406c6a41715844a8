// For tests of jobs and of the draft: a delivery's world with records on disk, the book of them,
// desks, jobs and drafts; an organisation with one route, and calls as the application makes them.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "io/records/temporary_records.h"
#include "service/api/drafts.h"
#include "service/api/probes.h"
#include "service/delivery/testing/world.h"

namespace postern::api::testing {

using delivery::testing::Posture;

class DraftWorld : public delivery::testing::World {
 public:
  DraftWorld() {
    reload();
    policy::InternalDomain corp = records::internal_domain("corp.example", records::kMain);
    corp.validated = true;
    put(corp);
  }

  // A server for corp.example, with a route that leads to it.
  delivery::testing::Peer& has_route(Posture posture) {
    auto& server = peer("127.0.0.1", std::move(posture));
    zone.host("mail.corp.example", {"127.0.0.1"});
    auto route = records::internal_route("corp.example", "mail.corp.example");
    route.port = settings.route.smtp_port;
    put(route);
    return server;
  }
  // A partner with one mail server at 127.0.0.<number>.
  delivery::testing::Peer& has_partner(const std::string& name, int number, Posture posture) {
    const std::string host = "mx." + name, address = "127.0.0." + std::to_string(number);
    auto& server = peer(address, std::move(posture));
    zone.mx(name, {{10, host.c_str()}}).host(host, {address.c_str()});
    return server;
  }
  // In the records, and in force.
  template <class Object>
  void put(Object object) {
    auto made = records::put_one(*records_, std::move(object));
    EXPECT_TRUE(made) << made.error().text;
    reload();
  }
  // By another process, which the book has not seen yet.
  template <class Object>
  void put_unseen(Object object) {
    auto made = records::put_one(*records_, std::move(object));
    EXPECT_TRUE(made) << made.error().text;
  }
  void reload() {
    auto configuration = records_->load();
    ASSERT_TRUE(configuration) << configuration.error().text;
    book_.value = std::make_shared<const policy::PolicyBook>(*configuration);
    book.change(*std::move(configuration));  // the dispatcher's
    if (changes_) changes_->book_changed();
  }

  // Runs a scenario with everything in its place, and ends the jobs in order.
  void play(std::function<net::Task<void>(DraftWorld&)> scenario) {
    run([this, scenario = std::move(scenario)](World&) { return whole_play(scenario); });
  }

  [[nodiscard]] Call call(std::map<std::string, std::string> path = {},
                          const std::string& user = "anna") const {
    Call made;
    made.request.method = "POST";
    made.path = std::move(path);
    made.who.user = user;
    made.book = book_.value;
    made.account = made.book->account_named("main");
    return made;
  }
  [[nodiscard]] records::Records& records() { return *records_; }
  [[nodiscard]] const policy::PolicyBook& current() const { return *book_.value; }
  [[nodiscard]] Jobs::Book shared_book() const { return book_.value; }

  // Until the job has ended and the draft holds what it found.
  net::Task<Draft> settled() {
    base::Deadline deadline{shard.now() + std::chrono::seconds(20), nullptr};
    net::Event told(shard);
    const auto listening = drafts->changed().subscribe([&](const auto&...) { told.notify(); });
    for (;;) {
      told.reset();
      auto draft = co_await drafts->get(call());
      if (!draft) throw std::runtime_error(draft.error().detail);
      if (!draft->body.job) co_return std::move(draft->body);
      auto waited = co_await told.wait(deadline);
      if (!waited) throw std::runtime_error("the job did not end");
    }
  }
  net::Task<Job> ended(std::string id) {
    base::Deadline deadline{shard.now() + std::chrono::seconds(20), nullptr};
    net::Event told(shard);
    const auto listening = jobs->progress().subscribe([&](const auto&...) { told.notify(); });
    while (jobs->find(records::kMain, id)->state == JobState::running) {
      told.reset();
      auto waited = co_await told.wait(deadline);
      if (!waited) throw std::runtime_error("the job did not end");
    }
    co_return *jobs->find(records::kMain, id);
  }

  std::optional<Jobs> jobs;
  std::optional<Drafts> drafts;
  probe::Reach reach;

 private:
  struct Book : service::BookSource {
    std::shared_ptr<const policy::PolicyBook> value;
    [[nodiscard]] std::shared_ptr<const policy::PolicyBook> current() const override {
      return value;
    }
  };
  struct Sink : receipt::AcceptedSink {
    explicit Sink(World& w) : world(w) {}
    void accepted(receipt::AcceptedMessage message) override {
      world.dispatcher->accepted(std::move(message));
    }
    World& world;
  };

  net::Task<void> whole_play(std::function<net::Task<void>(DraftWorld&)> scenario) {
    prober::ProberNeeds needs{.shard = shard,
                              .lookups = lookups(),
                              .tls = client_tls(),
                              .trust = [this](base::AccountId) { return trust(); },
                              .helo_name = "gw.postern.example",
                              .route = settings.route,
                              .reach = reach};
    changes_.emplace(shard, book_, [this] { shard.post([this] { reload(); }); });
    jobs.emplace(Jobs::Needs{shard, std::move(needs), messages_});
    drafts.emplace(Drafts::Needs{shard, reads_, writes_, *changes_, book_, *jobs});
    co_await scenario(*this);
    co_await jobs->stop();
    co_await drafts->stop();
  }

  records::TemporaryFolder folder_;
  std::unique_ptr<records::Records> records_ = records::open_records(folder_);
  Book book_;
  Desk reads_{records::open_records(folder_)}, writes_{records::open_records(folder_)};
  std::optional<Changes> changes_;
  Sink sink_{*this};
  TestMessages messages_{{shard, *spool, sink_, "gw.postern.example"}};
};

// The problem of an outcome as "409 nothing-to-do"; "none" when all went well.
template <class T>
[[nodiscard]] std::string problem(const Outcome<T>& outcome) {
  if (outcome) return "none";
  return std::to_string(outcome.error().status) + " " + outcome.error().code;
}

}  // namespace postern::api::testing
