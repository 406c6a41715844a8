// The content of a message: from the wire through ServerContent into the actor's hands.
#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/smtp/server_dialogue.h"

namespace postern::smtp {
namespace {

// Less is kept until more comes; memory stays bounded by this and the read buffer.
constexpr std::size_t kStoreAt = 32 << 10;

Reply storing_reply(Storing storing) {
  if (storing == Storing::disk_full) {
    return Reply{452, "4.3.1", {"There is no space for the message now; try again later."}};
  }
  return Reply{451, "4.3.0", {"The message cannot be stored now; try again later."}};
}

}  // namespace

void ServerDialogue::on_begun(Begun begun) {
  begun_ = std::move(begun);
  Completion* completion = transaction_.from_inside() ? this : nullptr;
  content_ = std::make_unique<ServerContent>(
      settings_, chunked_ ? DataReader::Source::chunks : DataReader::Source::dotted, completion);
  heads_.clear();
  sizes_.clear();
  for (std::size_t i = 0; i < transaction_.accounts(); ++i) {
    heads_.push_back(message::received_field(arrival_, begun_.ids[i],
                                             transaction_.only_recipient(i), begun_.time));
    sizes_.push_back(static_cast<std::int64_t>(heads_.back().size()));
  }
  if (!chunked_) say("354 End data with <CR><LF>.<CR><LF>");
  state_ = chunked_ ? State::chunk : State::data;
  advance();
}

std::string ServerDialogue::missing_fields(const message::HeaderFacts& facts) {
  return message::missing_fields(facts, transaction_.sender(), begun_.ids.front(), settings_.host,
                                 begun_.time);
}

std::optional<Reply> ServerDialogue::content_refusal() const {
  if (storing_ != Storing::done) return storing_reply(storing_);
  return content_->refusal();
}

bool ServerDialogue::store_if_full(State after) {
  if (storing_ != Storing::done) content_->clear_text();
  if (content_->text().size() < kStoreAt) return false;
  after_store_ = after;
  state_ = State::store;
  return true;
}

bool ServerDialogue::read_data() {
  std::string_view bytes = std::string_view(input_).substr(at_);
  if (bytes.empty()) return false;
  const std::size_t before = bytes.size();
  const ServerContent::Status status = content_->feed(bytes);
  at_ += before - bytes.size();
  content_bytes_ += before - bytes.size();
  if (status == ServerContent::Status::end) {
    end_content();
    return true;
  }
  if (content_->endless()) {
    close(*content_->refusal());
    return false;
  }
  return store_if_full(State::data);
}

bool ServerDialogue::read_chunk() {
  const std::string_view there = std::string_view(input_).substr(at_);
  std::string_view bytes = there.substr(0, std::min<std::uint64_t>(there.size(), chunk_left_));
  at_ += bytes.size();
  content_bytes_ += bytes.size();
  chunk_left_ -= bytes.size();
  if (!chunk_refusal_ && !bytes.empty()) (void)content_->feed(bytes);
  if (chunk_left_ == 0) {
    end_chunk();
    return true;
  }
  return !chunk_refusal_ && store_if_full(State::chunk);
}

void ServerDialogue::end_chunk() {
  if (chunk_refusal_) {
    state_ = State::command;
    reset_transaction();
    return refuse(*chunk_refusal_);
  }
  if (chunk_.last) return end_content();
  if (auto reply = content_refusal()) return content_failed(*reply);
  // An empty chunk that is not the last achieves nothing: it stays counted.
  if (chunk_.size > 0) --commands_without_message_;
  state_ = State::command;
  say("250 2.0.0 " + std::to_string(chunk_.size) + " octets received");
}

void ServerDialogue::end_content() {
  content_->finish();
  if (auto reply = content_refusal()) return content_failed(*reply);
  after_store_ = State::commit;
  state_ = State::store;
}

void ServerDialogue::content_failed(const Reply& reply) {
  refuse(reply);
  reset_transaction();
  if (state_ != State::over) state_ = State::command;
}

void ServerDialogue::on_stored(Storing result) {
  if (storing_ == Storing::done) storing_ = result;
  for (std::int64_t& size : sizes_) size += static_cast<std::int64_t>(content_->text().size());
  content_->clear_text();
  heads_.clear();
  state_ = after_store_;
  if (state_ == State::commit) {
    if (storing_ == Storing::done)
      commit();
    else
      content_failed(storing_reply(storing_));
  }
  advance();
}

void ServerDialogue::commit() {
  std::string from_host =
      base::printable(arrival_.hello) + " [" + arrival_.client.to_string() + "]";
  queued_as_.clear();
  for (const std::string& id : begun_.ids) queued_as_ += (queued_as_.empty() ? "" : " ") + id;
  copies_ = transaction_.take(begun_, *content_, sizes_, from_host);
}

void ServerDialogue::on_committed(Storing result) {
  copies_.clear();
  reset_transaction();
  state_ = State::command;
  if (result == Storing::done) {
    ++messages_;
    commands_without_message_ = 0;
    say("250 2.0.0 Queued as " + queued_as_);
  } else {
    refuse(storing_reply(result));
  }
  advance();
}

}  // namespace postern::smtp
