// A message's content on its way in: wire bytes in, the text to store out. Combines the reader of
// the wire (end, unfit bytes), the header reader, the limits, and the fields a submission forgot;
// says at the end whether the message may be kept, and what it is.
//
// Steps: feed() until `end` (DATA), or for each chunk (BDAT) and then finish(); text() is what is
// to be stored now, and clear_text() forgets it. A message that is refused is still read to its
// end, and yields no more text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/message/header_reader.h"
#include "core/smtp/data_reader.h"
#include "core/smtp/reply.h"
#include "core/smtp/server_settings.h"

namespace postern::smtp {

class ServerContent {
 public:
  using Status = DataReader::Status;
  // What a submission gets if it lacks it; asked once, when the header is over.
  class Completion {
   public:
    virtual ~Completion() = default;
    [[nodiscard]] virtual std::string missing_fields(const message::HeaderFacts& facts) = 0;
  };

  // `completion` may be null: nothing is added.
  ServerContent(const ServerSettings& settings, DataReader::Source source, Completion* completion);

  Status feed(std::string_view& bytes);
  void finish();  // after the last byte of either framing

  [[nodiscard]] const std::string& text() const { return text_; }
  void clear_text() { text_.clear(); }
  // Why the message cannot be kept. Final once finish() was called.
  [[nodiscard]] std::optional<Reply> refusal() const;
  // Refused and so long that reading on is a gift: the connection may be closed.
  [[nodiscard]] bool endless() const;

  [[nodiscard]] bool eight_bit() const { return reader_.eight_bit(); }
  [[nodiscard]] const message::HeaderFacts& header() const { return header_.facts(); }

 private:
  void pass(std::string_view text);
  void end_header();

  const ServerLimits& limits_;
  Completion* completion_;
  DataReader reader_;
  message::HeaderReader header_;
  std::string read_;  // as the reader left it: text while the header lasts
  std::string text_;
  std::uint64_t size_ = 0;
  bool header_over_ = false;
};

}  // namespace postern::smtp
