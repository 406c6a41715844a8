// For tests of the spool: a folder that goes away, messages, and waiting for answers on a shard of
// the test's own thread.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "io/net/shard.h"
#include "io/spool/file_ops.h"
#include "io/spool/spool.h"

namespace postern::spool::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "postern-spool-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Bytes that differ at every place and with every seed, so that a mix-up shows.
inline std::string body_of(std::size_t size, std::uint64_t seed) {
  std::string bytes(size, '\0');
  std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
  for (char& c : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = static_cast<char>(state);
  }
  return bytes;
}

inline queue::Destination to(std::string_view domain, std::vector<std::string> users = {"user"}) {
  queue::Destination destination;
  destination.domain = *dns::Domain::from_ascii(domain);
  for (const auto& user : users) {
    queue::Recipient recipient;
    recipient.address = user + "@" + std::string(domain);
    destination.recipients.push_back(std::move(recipient));
  }
  return destination;
}

inline queue::Attempt attempt_with(std::string_view detail) {
  queue::Attempt attempt;
  attempt.time = base::instant(1'800'000'000'000'000);
  attempt.node = "gw1";
  attempt.outcome = queue::AttemptOutcome::accepted;
  attempt.detail = detail;
  return attempt;
}

template <class T>
net::Task<void> keep(net::Task<T> task, std::optional<T>& result) {
  result.emplace(co_await task);
}

template <class T>
T wait_for(net::Shard& shard, net::Task<T> task) {
  std::optional<T> result;
  shard.run_until_done(keep(std::move(task), result));
  return std::move(*result);
}

// What one message brings.
struct Mail {
  std::string body;
  queue::Envelope envelope;
  std::vector<queue::Destination> destinations;
  std::vector<queue::Attempt> evidence;
  std::size_t piece = 64 << 10;  // bytes an append
};

inline net::Task<base::Result<Accepted>> store(Spool& spool, net::Shard& shard, Mail mail) {
  auto upload = spool.begin(shard);
  const std::string_view body = mail.body;
  for (std::size_t at = 0; at < body.size(); at += mail.piece) {
    const std::string_view piece = body.substr(at, mail.piece);
    auto appended = co_await upload->append(piece);
    if (!appended) co_return std::unexpected(std::move(appended.error()));
  }
  co_return co_await spool.commit(shard, std::move(upload), std::move(mail.envelope),
                                  std::move(mail.destinations), std::move(mail.evidence));
}

inline base::Result<std::string> read_all(BodyReader& reader, std::size_t piece = 10'000) {
  std::string all;
  std::string buffer(piece, '\0');
  for (;;) {
    auto got = reader.read(buffer);
    if (!got) return std::unexpected(std::move(got.error()));
    if (*got == 0) return all;
    all.append(buffer.data(), *got);
  }
}

// A spool in a folder of its own, used from one thread.
class SpoolWorld {
 public:
  SpoolWorld() {
    settings.directory = folder.path() + "/queue";
    settings.segment_bytes = 1 << 20;
    settings.reserve_bytes = 0;
    envelope.account = {1};
    envelope.sender = "sender@corp.example";
    envelope.accepted = base::instant(1'800'000'000'000'000);
  }

  [[nodiscard]] base::Result<> open(std::unique_ptr<FileOps> files = posix_files()) {
    auto opened = Spool::open(settings, 7, std::move(files));
    if (!opened) return std::unexpected(std::move(opened.error()));
    spool = std::move(*opened);
    return {};
  }
  void close() { spool.reset(); }

  [[nodiscard]] Mail mail(std::string body, std::vector<queue::Destination> destinations) const {
    Mail made;
    made.body = std::move(body);
    made.envelope = envelope;
    made.destinations = std::move(destinations);
    return made;
  }
  [[nodiscard]] base::Result<Accepted> put(Mail made) {
    return wait(store(*spool, shard, std::move(made)));
  }
  [[nodiscard]] base::Result<Accepted> put(std::string body,
                                           std::string_view domain = "a.example") {
    return put(mail(std::move(body), {to(domain)}));
  }
  // All at once, so that they share commits.
  [[nodiscard]] std::vector<base::Result<Accepted>> put_all(std::vector<Mail> mails) {
    std::vector<net::Task<base::Result<Accepted>>> tasks;
    for (Mail& made : mails) tasks.push_back(store(*spool, shard, std::move(made)));
    return wait_all(std::move(tasks));
  }
  [[nodiscard]] base::Result<std::string> body(base::MessageId id) {
    auto reader = wait(spool->body(shard, id));
    if (!reader) return std::unexpected(std::move(reader.error()));
    return read_all(**reader);
  }
  // Done with one delivery, without evidence.
  [[nodiscard]] base::Result<std::vector<queue::Delivery>> finish(base::DeliveryId id) {
    Settlement settlement;
    settlement.delivery = id;
    return wait(spool->settle(shard, std::move(settlement)));
  }
  [[nodiscard]] auto finish_all(const std::vector<base::DeliveryId>& ids) {
    std::vector<net::Task<base::Result<std::vector<queue::Delivery>>>> tasks;
    for (const base::DeliveryId id : ids) {
      Settlement settlement;
      settlement.delivery = id;
      tasks.push_back(spool->settle(shard, std::move(settlement)));
    }
    return wait_all(std::move(tasks));
  }
  [[nodiscard]] std::vector<queue::Delivery> all_due() {
    auto due = wait(spool->due(shard, {}, base::Instant::max(), 1'000'000));
    return due ? *due : std::vector<queue::Delivery>{};
  }
  [[nodiscard]] QueueCounts counts() { return *wait(spool->counts(shard)); }

  template <class T>
  [[nodiscard]] T wait(net::Task<T> task) {
    return wait_for(shard, std::move(task));
  }

  template <class T>
  [[nodiscard]] std::vector<T> wait_all(std::vector<net::Task<T>> tasks) {
    std::vector<std::optional<T>> results(tasks.size());
    net::TaskGroup group(shard);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      group.start(keep(std::move(tasks[i]), results[i]));
    }
    shard.run_until_done(group.join());
    std::vector<T> values;
    for (auto& result : results) values.push_back(std::move(*result));
    return values;
  }

  // What the segment files hold on disk.
  [[nodiscard]] std::vector<std::string> segment_files() const {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(settings.directory + "/segments")) {
      names.push_back(entry.path().string());
    }
    return names;
  }
  [[nodiscard]] std::int64_t segment_bytes_on_disk() const {
    std::int64_t sum = 0;
    for (const auto& name : segment_files()) {
      std::error_code gone;  // the keeper may have removed it since it was listed
      const auto size = std::filesystem::file_size(name, gone);
      if (!gone) sum += static_cast<std::int64_t>(size);
    }
    return sum;
  }

  TemporaryFolder folder;
  SpoolSettings settings;
  queue::Envelope envelope;
  net::Shard shard;
  std::unique_ptr<Spool> spool;
};

}  // namespace postern::spool::testing
