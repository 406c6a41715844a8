// A session's messages on their way to disk, and on from there.
#include <utility>

#include "service/receipt/session.h"

namespace postern::receipt {
namespace {

// A body up to this size is handed on in memory, so that delivery need not read it from disk.
constexpr std::size_t kHotBody = 64 << 10;

}  // namespace

net::Task<base::Result<>> Session::perform(smtp::BeginMessage wanted,
                                           smtp::ServerDialogue& dialogue) {
  uploads_.clear();  // what an earlier message left behind
  const base::Steady asked = parts_.shard.now();
  const base::Deadline forever{base::Steady::max(), link_.cancellation};
  parts_.turns.set_limit(
      Turn::at_a_time(parts_.settings.messages_at_a_time, parts_.spool.sync_time()));
  auto turn = co_await turn_.take(forever);
  if (!turn) co_return turn;
  const std::chrono::duration<double> waited = parts_.shard.now() - asked;
  parts_.metrics.observe(observe::Metric::content_wait_seconds, waited.count());
  smtp::Begun begun;
  for (std::size_t i = 0; i < wanted.copies; ++i) {
    uploads_.push_back(parts_.spool.begin(parts_.shard));
    begun.ids.push_back(base::queue_id(uploads_.back()->id()));
  }
  begun.time = parts_.shard.wall_now();
  dialogue.on_begun(std::move(begun));
  co_return base::Result<>();
}

net::Task<base::Result<>> Session::perform(smtp::StoreBody wanted, smtp::ServerDialogue& dialogue) {
  smtp::Storing storing = smtp::Storing::done;
  for (std::size_t i = 0; i < uploads_.size(); ++i) {
    base::Result<> stored;
    if (!wanted.heads.empty()) stored = co_await uploads_[i]->append(wanted.heads[i]);
    if (stored) stored = co_await uploads_[i]->append(wanted.text);
    if (!stored) storing = storing_failed(stored.error());
    if (!stored) break;
  }
  dialogue.on_stored(storing);
  co_return base::Result<>();
}

smtp::Storing Session::storing_failed(const base::Failure& failure) {
  parts_.events.emit(
      observe::Event::message_not_stored,
      {{"peer", client_.address.to_string()}, {"reason", failure.code}, {"why", failure.text}});
  if (failure.code != "disk-full") return smtp::Storing::failed;
  parts_.disk.found_full(parts_.shard.now());
  return smtp::Storing::disk_full;
}

net::Task<base::Result<>> Session::perform(smtp::Commit wanted, smtp::ServerDialogue& dialogue) {
  const base::Steady began = parts_.shard.now();
  smtp::Storing storing = smtp::Storing::done;
  std::vector<smtp::MessageCopy> copies = std::move(*wanted.copies);
  for (std::size_t i = 0; i < copies.size() && storing == smtp::Storing::done; ++i) {
    auto committed = co_await commit_copy(std::move(copies[i]), i);
    if (!committed) storing = storing_failed(committed.error());
  }
  uploads_.clear();
  turn_.end();
  if (storing == smtp::Storing::done) parts_.disk.found_space();
  const std::chrono::duration<double> took = parts_.shard.now() - began;
  parts_.metrics.observe(observe::Metric::commit_seconds, took.count());
  dialogue.on_committed(storing);
  co_return base::Result<>();
}

net::Task<base::Result<>> Session::commit_copy(smtp::MessageCopy copy, std::size_t index) {
  std::vector<queue::Attempt> evidence;
  evidence.push_back(attempt_for(copy.envelope.account, parts_.shard.wall_now()));
  queue::Envelope envelope = copy.envelope;
  auto accepted = co_await parts_.spool.commit(parts_.shard, std::move(uploads_[index]),
                                               std::move(copy.envelope),
                                               std::move(copy.destinations), std::move(evidence));
  if (!accepted) co_return std::unexpected(accepted.error());
  tell_accepted(envelope, *accepted);
  AcceptedMessage message;
  message.id = accepted->message;
  message.envelope = std::make_shared<const queue::Envelope>(std::move(envelope));
  if (accepted->body && accepted->body->size() <= kHotBody) {
    message.body = std::move(accepted->body);
  }
  message.deliveries = std::move(accepted->deliveries);
  parts_.sink.accepted(std::move(message));
  co_return base::Result<>();
}

void Session::tell_accepted(const queue::Envelope& envelope, const spool::Accepted& accepted) {
  parts_.metrics.add(observe::Metric::messages_accepted_total,
                     who_ != nullptr ? std::string_view("internal") : std::string_view("external"));
  parts_.metrics.add(observe::Metric::message_bytes_accepted_total, envelope.size);
  std::size_t recipients = 0;
  for (const queue::Delivery& delivery : accepted.deliveries) {
    recipients += delivery.destination.recipients.size();
  }
  parts_.events.emit(observe::Event::message_accepted,
                     {{"message", base::queue_id(accepted.message)},
                      {"listener", listener_.name},
                      {"from", envelope.sender},
                      {"peer", envelope.from_host},
                      {"account", std::to_string(envelope.account.value)},
                      {"size", std::to_string(envelope.size)},
                      {"recipients", std::to_string(recipients)},
                      {"tls", std::string(tls::version_text(client_.tls.version))}});
}

}  // namespace postern::receipt
