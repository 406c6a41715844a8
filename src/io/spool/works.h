// What callers ask of the writer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/net/handoff.h"
#include "io/spool/work.h"

namespace postern::spool {

// Part of a large body, written before the message is committed.
class ChunkWork : public Work {
 public:
  ChunkWork(Body& body, std::string bytes, net::Sender<base::Result<>> sender);
  [[nodiscard]] Kind kind() const override { return Kind::intake; }
  [[nodiscard]] std::int64_t bytes() const override;
  [[nodiscard]] base::Result<> append(Appender& appender, Ledger& ledger) override;
  [[nodiscard]] bool has_rows() const override { return false; }
  void answer(base::Result<> outcome) override { sender_.set(std::move(outcome)); }

 private:
  Body& body_;
  std::string bytes_;
  std::uint32_t checksum_;
  net::Sender<base::Result<>> sender_;
};

// An upload was dropped; its extents are garbage from now on.
class AbandonWork : public Work {
 public:
  explicit AbandonWork(std::unique_ptr<Body> body) : body_(std::move(body)) {}
  [[nodiscard]] base::Result<> append(Appender&, Ledger& ledger) override;
  [[nodiscard]] bool has_rows() const override { return false; }
  void answer(base::Result<>) override {}

 private:
  std::unique_ptr<Body> body_;
};

// A message, with the rest of its body.
class StoreWork {
 public:
  StoreWork(NewMessage message, std::unique_ptr<Body> body,
            std::shared_ptr<const std::string> rest);
  [[nodiscard]] std::int64_t bytes() const { return end_of_extent(0, rest_size_); }
  [[nodiscard]] base::Result<> append(Appender& appender);
  [[nodiscard]] base::Result<> record(Work::Rows r) const {
    return r.rows.insert(message_, r.effects);
  }
  // Also after a failure: the ledger must not know the body longer than it lives.
  void close(Ledger& ledger);
  void committed(Cache& cache);
  [[nodiscard]] std::vector<queue::Delivery> take_deliveries() {
    return std::move(message_.deliveries);
  }
  // Null when the upload spilled a part of it before.
  [[nodiscard]] std::shared_ptr<const std::string> take_body_if_held() {
    return body_ ? nullptr : std::move(rest_);
  }
  [[nodiscard]] base::MessageId id() const { return message_.id; }

 private:
  NewMessage message_;
  std::unique_ptr<Body> body_;
  std::shared_ptr<const std::string> rest_;
  std::int64_t rest_size_;
  std::uint32_t checksum_;
};

// Attempts on their way to the outbox.
class Evidence {
 public:
  // Writes the JSON: on the caller's thread.
  explicit Evidence(std::vector<queue::Attempt> attempts);
  [[nodiscard]] base::Result<> record(Work::Rows r);
  void committed(Outbox& outbox);

 private:
  std::vector<Spool::OutboxEntry> entries_;
  std::vector<std::string> texts_;
};

class CommitWork : public Work {
 public:
  CommitWork(StoreWork store, Evidence evidence, net::Sender<base::Result<Accepted>> sender)
      : store_(std::move(store)), evidence_(std::move(evidence)), sender_(std::move(sender)) {}
  [[nodiscard]] Kind kind() const override { return Kind::intake; }
  [[nodiscard]] std::int64_t bytes() const override { return store_.bytes(); }
  [[nodiscard]] base::Result<> append(Appender& appender, Ledger&) override {
    return store_.append(appender);
  }
  [[nodiscard]] bool names_bytes() const override { return true; }
  [[nodiscard]] base::Result<> record(Rows r) override;
  void committed(Committed c) override {
    store_.committed(c.cache);
    evidence_.committed(c.outbox);
  }
  void finish(Ledger& ledger) override { store_.close(ledger); }
  void answer(base::Result<> outcome) override;

 private:
  StoreWork store_;
  Evidence evidence_;
  net::Sender<base::Result<Accepted>> sender_;
};

class SettleWork : public Work {
 public:
  using Answer = base::Result<std::vector<queue::Delivery>>;
  // The settlement's evidence is in `evidence`.
  SettleWork(Settlement settlement, std::string recipients, Evidence evidence,
             std::vector<StoreWork> notices, net::Sender<Answer> sender);
  [[nodiscard]] std::int64_t bytes() const override;
  [[nodiscard]] base::Result<> append(Appender& appender, Ledger&) override;
  [[nodiscard]] bool names_bytes() const override { return !notices_.empty(); }
  [[nodiscard]] bool is_patient() const override { return true; }
  [[nodiscard]] base::Result<> record(Rows r) override;
  void committed(Committed c) override;
  void answer(base::Result<> outcome) override;

 private:
  Settlement settlement_;
  std::string recipients_;  // JSON
  Evidence evidence_;
  std::vector<StoreWork> notices_;
  bool gone_ = false;  // an administrator removed it meanwhile
  net::Sender<Answer> sender_;
};

class ActWork : public Work {
 public:
  ActWork(Spool::Action action, std::vector<base::DeliveryId> deliveries, base::Instant now,
          net::Sender<base::Result<std::int64_t>> sender)
      : action_(action),
        deliveries_(std::move(deliveries)),
        now_(now),
        sender_(std::move(sender)) {}
  [[nodiscard]] base::Result<> record(Rows r) override;
  void answer(base::Result<> outcome) override;

 private:
  Spool::Action action_;
  std::vector<base::DeliveryId> deliveries_;
  base::Instant now_;
  std::int64_t changed_ = 0;
  net::Sender<base::Result<std::int64_t>> sender_;
};

}  // namespace postern::spool
