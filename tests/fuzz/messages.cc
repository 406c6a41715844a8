// What strangers write around and into messages, and what an authority answers.
#include <array>
#include <string>

#include "core/base/text.h"
#include "core/message/downgrade.h"
#include "core/message/header_reader.h"
#include "core/onboarding/domain_list.h"
#include "core/proxy/header.h"
#include "core/smtp/mailbox.h"
#include "io/acme/read.h"
#include "require.h"
#include "targets.h"

namespace postern::fuzz {
namespace {

// As the data reader hands text on: whole lines, each with CRLF.
std::string lines_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c == '\r' || c == '\0') continue;
    if (c == '\n') out += '\r';
    out += c;
  }
  if (!out.empty() && !out.ends_with("\r\n")) out += "\r\n";
  return out;
}

struct HeaderRead {
  std::string passed;
  message::HeaderFacts facts;
};

HeaderRead read_header(std::string_view text, std::size_t piece) {
  message::HeaderReader reader;
  HeaderRead read;
  while (!text.empty() && !reader.ended()) {
    std::string_view some = text.substr(0, piece);
    const std::size_t size = some.size();
    (void)reader.feed(some, read.passed);
    text.remove_prefix(size - some.size());
  }
  if (!reader.ended()) reader.finish(read.passed);
  read.passed += reader.rest();
  read.passed += text;
  read.facts = reader.facts();
  return read;
}

}  // namespace

void mail_header(std::string_view bytes) {
  const std::string text = lines_of(bytes);
  const HeaderRead whole = read_header(text, text.size() + 1);
  const HeaderRead pieces = read_header(text, 1);
  require(whole.passed == text && pieces.passed == text, "reading a header changes nothing");
  require(whole.facts.received == pieces.facts.received &&
              whole.facts.bytes == pieces.facts.bytes &&
              whole.facts.tls_required_no == pieces.facts.tls_required_no &&
              whole.facts.malformed == pieces.facts.malformed,
          "pieces do not change what a header says");
}

void downgraded_mail(std::string_view bytes) {
  const std::string text = lines_of(bytes);
  std::string whole;
  message::Downgrade all;
  all.add(text, whole);
  all.finish(whole);
  std::string pieces;
  message::Downgrade some;
  for (std::size_t at = 0; at < text.size(); ++at) {
    some.add(std::string_view(text).substr(at, 1), pieces);
  }
  some.finish(pieces);
  require(whole == pieces, "pieces do not change what is sent");
  if (all.traits().sealed || all.traits().utf8_headers) return;
  require(base::is_ascii(whole), "a converted message is 7-bit");
}

void proxy_header(std::string_view bytes) {
  if (bytes.size() < proxy::kPreambleSize) return;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto preamble =
      proxy::parse_preamble(std::span<const std::uint8_t, proxy::kPreambleSize>(data, 16));
  if (!preamble) return;
  const std::size_t left = bytes.size() - proxy::kPreambleSize;
  if (preamble->rest > left) return;
  const auto header = proxy::parse_rest(*preamble, {data + proxy::kPreambleSize, preamble->rest});
  if (!header) return;
  require(header->command == preamble->command, "one command");
  require(header->command == proxy::Command::local || header->source.port == 0 ||
              base::Endpoint::parse(header->source.to_string()) == header->source,
          "a client's address reads back as itself");
}

void mailbox(std::string_view bytes) {
  if (const auto mailbox = smtp::parse_mailbox(bytes)) {
    const auto again = smtp::parse_mailbox(mailbox->text());
    require(again && again->text() == mailbox->text(), "a mailbox reads back as itself");
  }
  std::string_view rest = bytes;
  const auto path = smtp::parse_path(rest);
  require(!path || rest.size() < bytes.size(), "a path takes something");
}

void domain_list(std::string_view bytes) {
  const onboarding::DomainListRules rules{.most = 50, .wildcards = true};
  const auto list = onboarding::read_domain_list(bytes, nullptr, {1}, rules);
  require(list.lines.size() <= 50, "no more lines than allowed");
  for (const onboarding::Line& line : list.lines) {
    const bool valid = line.verdict == onboarding::Verdict::valid;
    require(valid == line.why.empty(), "a reason for every refusal");
    require(!valid || !line.scope.base.empty(), "a valid line has a domain");
    for (const char c : line.text + line.why) {
      require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "what is shown has no controls");
    }
  }
}

void acme_answer(std::string_view bytes) {
  if (const auto directory = acme::read_directory(bytes)) {
    require(acme::place_of(directory->new_order).has_value(), "a directory leads somewhere");
  }
  if (const auto order = acme::read_order(bytes)) {
    require(acme::place_of(order->finalize).has_value(), "an order leads somewhere");
  }
  if (const auto authorization = acme::read_authorization(bytes)) {
    for (const acme::Challenge& one : authorization->challenges) {
      require(one.token.find('/') == std::string::npos && !one.token.empty(), "a token is no path");
      require(acme::place_of(one.url).has_value(), "a challenge leads somewhere");
    }
  }
  for (const char c : acme::read_problem(bytes).detail) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "what is shown has no controls");
  }
}

}  // namespace postern::fuzz
