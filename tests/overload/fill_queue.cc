// Puts messages for one domain into a message queue that no gateway is running on, by the same
// library and so with the same bytes and rows on disk as if clients had sent them.
//
//   fill_queue QUEUE --messages 1000000 --domain dead.example [--tried --due-in 3600 --over 7200]
//
// With --tried each delivery has failed once already and is due again after --due-in seconds, the
// next ones evenly later, over --over seconds. Prints nothing when all went well.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "io/net/shard.h"
#include "io/spool/spool.h"

namespace postern::overload {
namespace {

using std::chrono::seconds;

constexpr int kAtOnce = 256;

struct Job {
  std::string queue;
  std::string domain;
  int messages = 1000;
  int size = 2000;
  bool tried = false;
  int due_in = 0;
  int over = 0;
};

class Filler {
 public:
  Filler(const Job& job, spool::Spool& spool) : job_(job), spool_(spool) {
    domain_ = *dns::Domain::parse(job.domain);
    body_ = "Subject: one of many\r\nFrom: <anna@corp.example>\r\n\r\n";
    while (body_.size() < static_cast<std::size_t>(job.size)) {
      body_ += std::string(70, 'x') + "\r\n";
    }
  }

  void run() {
    net::TaskGroup group(shard_);
    for (int i = 0; i < kAtOnce; ++i) group.start(work());
    shard_.run_until_done(group.join());
  }
  [[nodiscard]] const std::optional<base::Failure>& failure() const { return failure_; }

 private:
  net::Task<void> work() {
    while (next_ < job_.messages && !failure_) {
      const int number = next_++;
      auto accepted = co_await store(number);
      if (accepted && job_.tried) {
        auto settled = co_await postpone(accepted->deliveries.front(), number);
        if (!settled) failure_ = std::move(settled.error());
      }
      if (!accepted) failure_ = std::move(accepted.error());
    }
  }

  net::Task<base::Result<spool::Accepted>> store(int number) {
    auto upload = spool_.begin(shard_);
    std::string body = fmt::format("X-Number: {}\r\n{}", number, body_);
    auto appended = co_await upload->append(body);
    if (!appended) co_return std::unexpected(std::move(appended.error()));
    queue::Envelope envelope;
    envelope.account = {1};
    envelope.sender = "anna@corp.example";
    envelope.accepted = shard_.wall_now();
    envelope.from_host = "mail.corp.example [127.0.0.1]";
    queue::Destination destination;
    destination.domain = domain_;
    destination.recipients = {
        {.address = fmt::format("m{}@{}", number, job_.domain), .original = {}}};
    std::vector<queue::Destination> destinations{std::move(destination)};
    std::vector<queue::Attempt> no_evidence;
    co_return co_await spool_.commit(shard_, std::move(upload), std::move(envelope),
                                     std::move(destinations), std::move(no_evidence));
  }

  net::Task<base::Result<std::vector<queue::Delivery>>> postpone(const queue::Delivery& delivery,
                                                                 int number) {
    spool::Settlement settlement;
    settlement.delivery = delivery.id;
    settlement.remaining = delivery.destination.recipients;
    const auto later = std::chrono::microseconds(seconds(job_.over)) * number / job_.messages;
    settlement.due = shard_.wall_now() + seconds(job_.due_in) + later;
    settlement.delay_notified = true;
    settlement.last = {.code = "connect-failed",
                       .enhanced = "4.4.1",
                       .text = fmt::format("mx.{} cannot be connected to.", job_.domain),
                       .host = "mx." + job_.domain,
                       .diagnostic = {}};
    co_return co_await spool_.settle(shard_, std::move(settlement));
  }

  const Job& job_;
  spool::Spool& spool_;
  net::Shard shard_;
  dns::Domain domain_;
  std::string body_;
  int next_ = 0;
  std::optional<base::Failure> failure_;
};

int run(const Job& job) {
  spool::SpoolSettings settings;
  settings.directory = job.queue;
  auto spool = spool::Spool::open(settings, 0);
  if (!spool) {
    fmt::print(stderr, "fill_queue: {}\n", spool.error().text);
    return 1;
  }
  Filler filler(job, **spool);
  filler.run();
  if (!filler.failure()) return 0;
  fmt::print(stderr, "fill_queue: {}\n", filler.failure()->text);
  return 1;
}

}  // namespace
}  // namespace postern::overload

int main(int argc, char** argv) {
  postern::overload::Job job;
  CLI::App app("Fills a message queue");
  app.add_option("queue", job.queue, "Its folder")->required();
  app.add_option("--domain", job.domain, "Where the messages go")->required();
  app.add_option("--messages", job.messages, "How many");
  app.add_option("--size", job.size, "Bytes of each");
  app.add_flag("--tried", job.tried, "Each has failed once");
  app.add_option("--due-in", job.due_in, "Seconds until the first is due again");
  app.add_option("--over", job.over, "Seconds between the first and the last");
  CLI11_PARSE(app, argc, argv);
  return postern::overload::run(job);
}
