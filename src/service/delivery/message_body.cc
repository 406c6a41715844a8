#include "service/delivery/message_body.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/smtp/dot_stuffing.h"
#include "io/net/shard.h"

namespace postern::delivery {
namespace {

constexpr std::size_t kBlock = 64 * 1024;

// What a body goes through on its way: conversion first, then dots.
class Wire {
 public:
  explicit Wire(smtp::SendBody step) : step_(step) {}

  void add(std::string_view bytes, std::string& out) {
    if (step_.conversion == smtp::Conversion::none) return frame(bytes, out);
    std::string converted;
    downgrade_.add(bytes, converted);
    frame(converted, out);
  }
  void finish(std::string& out) {
    if (step_.conversion != smtp::Conversion::none) {
      std::string converted;
      downgrade_.finish(converted);
      frame(converted, out);
    }
    if (step_.framing == smtp::Framing::dotted) stuffer_.finish(out);
  }

 private:
  void frame(std::string_view bytes, std::string& out) {
    if (step_.framing == smtp::Framing::dotted) {
      stuffer_.add(bytes, out);
    } else {
      out += bytes;
    }
  }

  smtp::SendBody step_;
  message::Downgrade downgrade_;
  smtp::DotStuffer stuffer_;
};

}  // namespace

MessageBody::MessageBody(std::shared_ptr<const std::string> held)
    : held_(std::move(held)), size_(static_cast<std::int64_t>(held_->size())) {}

base::Result<MessageBody> MessageBody::from(std::unique_ptr<spool::BodyReader> reader) {
  MessageBody body;
  body.size_ = reader->size();
  body.reader_ = std::move(reader);
  if (body.size_ > kHeld) return body;
  auto text = body.beginning(static_cast<std::size_t>(body.size_));
  if (!text) return std::unexpected(text.error());
  return MessageBody(std::make_shared<const std::string>(*std::move(text)));
}

std::optional<std::string_view> MessageBody::held() const {
  if (!held_) return std::nullopt;
  return std::string_view(*held_);
}

void MessageBody::rewind() {
  at_ = 0;
  if (reader_) reader_->rewind();
}

base::Result<std::size_t> MessageBody::read(std::span<char> into) {
  if (reader_) return reader_->read(into);
  const std::size_t count = std::min(into.size(), held_->size() - at_);
  held_->copy(into.data(), count, at_);
  at_ += count;
  return count;
}

base::Result<std::string> MessageBody::beginning(std::size_t limit) {
  rewind();
  std::string text(std::min(limit, static_cast<std::size_t>(size_)), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    auto count = read(std::span(text).subspan(filled));
    if (!count) return std::unexpected(count.error());
    if (*count == 0) break;
    filled += *count;
  }
  text.resize(filled);
  return text;
}

base::Result<message::BodyTraits> MessageBody::inspect() {
  rewind();
  message::Downgrade walk;
  std::vector<char> block(kBlock);
  std::string unused;
  for (;;) {
    auto count = read(block);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) break;
    walk.add(std::string_view(block.data(), *count), unused);
    unused.clear();
  }
  walk.finish(unused);
  return walk.traits();
}

net::Task<base::Result<>> MessageBody::send(net::Shard& shard, net::Stream& stream, Way way) {
  rewind();
  Wire wire(way.step);
  std::vector<char> block(kBlock);
  std::string out;
  if (way.step.framing == smtp::Framing::chunk) {
    out = "BDAT " + std::to_string(size_) + " LAST\r\n";
  }
  for (;;) {
    auto count = read(block);
    if (!count) co_return std::unexpected(count.error());
    if (*count == 0) {
      wire.finish(out);
    } else {
      wire.add(std::string_view(block.data(), *count), out);
    }
    base::Deadline deadline{shard.now() + way.block_timeout, way.cancellation};
    auto written = co_await stream.write(out, deadline);
    if (!written) co_return std::unexpected(written.error());
    if (*count == 0) co_return base::Result<>();
    out.clear();
  }
}

}  // namespace postern::delivery
