// What other servers, DNS and our own disk hand us as bytes.
#include <openssl/x509.h>

#include <array>
#include <memory>
#include <span>
#include <string>

#include "core/base/text.h"
#include "core/dns/wire.h"
#include "core/onboarding/spf.h"
#include "core/smtp/data_reader.h"
#include "io/crypto/facts.h"
#include "io/spool/json_text.h"
#include "io/spool/segment_format.h"
#include "require.h"
#include "targets.h"

namespace postern::fuzz {
namespace {

void require_quiet(std::string_view shown) {
  for (const char c : shown) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "what is shown has no controls");
  }
}

struct Content {
  std::string text;
  std::size_t left = 0;
  bool ended = false;
  smtp::Unfit unfit = smtp::Unfit::none;
  bool operator==(const Content&) const = default;
};

Content read_content(std::string_view bytes, smtp::DataReader reader, std::size_t piece) {
  Content read;
  while (!bytes.empty() && !read.ended) {
    std::string_view some = bytes.substr(0, piece);
    const std::size_t size = some.size();
    read.ended = reader.feed(some, read.text) == smtp::DataReader::Status::end;
    bytes.remove_prefix(size - some.size());
  }
  reader.finish_chunks(read.text);
  read.left = bytes.size();
  read.unfit = reader.unfit();
  // How much came out before the fault depends on the pieces; nothing of it is used.
  if (read.unfit != smtp::Unfit::none) read.text.clear();
  return read;
}

void require_safe(const std::string& text) {
  require(text.find('\0') == std::string::npos, "no NUL is passed on");
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool after_cr = at > 0 && text[at - 1] == '\r';
    require((text[at] == '\n') == after_cr, "CR and LF come together");
  }
  require(text.empty() || text.ends_with("\r\n"), "content is whole lines");
}

}  // namespace

void message_content(std::string_view bytes) {
  using smtp::DataReader;
  for (const auto source : {DataReader::Source::dotted, DataReader::Source::chunks}) {
    for (const auto ends : {DataReader::LineEnds::strict, DataReader::LineEnds::normalise}) {
      const DataReader reader(source, ends, 200);
      const Content whole = read_content(bytes, reader, bytes.size());
      require(read_content(bytes, reader, 1) == whole, "pieces do not change a message");
      const bool chunks = source == DataReader::Source::chunks;
      require(!(chunks && whole.ended), "no byte ends chunks");
      if (chunks || whole.ended) require_safe(whole.text);
    }
  }
}

void spf_record(std::string_view bytes) {
  if (!onboarding::is_spf(bytes)) return;
  const auto record = onboarding::parse_spf(bytes);
  if (!record) return;
  const dns::Domain gateway = *dns::Domain::parse("gw.postern.example");
  const auto with = onboarding::parse_spf(onboarding::with_gateway(bytes, gateway));
  require(with.has_value(), "a record with the gateway in it is a record");
  require(with->terms.size() <= record->terms.size() + 1, "one term more at most");
}

void dns_record(std::string_view bytes) {
  namespace wire = dns::wire;
  const wire::Bytes data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (const auto address = wire::parse_a(data)) {
    require(base::IpAddress::parse(address->to_string()) == *address, "an address reads back");
  }
  if (const auto address = wire::parse_aaaa(data)) {
    require(base::IpAddress::parse(address->to_string()) == *address, "an address reads back");
  }
  const auto require_host = [](const dns::Domain& host) {
    require_quiet(host.text());
    require(host.empty() || dns::Domain::from_ascii(host.text()) == host, "a name reads back");
  };
  if (const auto mx = wire::parse_mx(data)) require_host(mx->host);
  if (const auto name = wire::parse_name(data)) require_host(*name);
  if (const auto tlsa = wire::parse_tlsa(data)) {
    require(tlsa->data.size() + 3 == bytes.size(), "a TLSA record is used to its last byte");
  }
  if (const auto txt = wire::parse_txt(data)) {
    require(txt->text.size() < bytes.size(), "each text has its length in front");
  }
  (void)wire::is_referral(data);
}

void certificate(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::unique_ptr<X509, decltype(&X509_free)> read(
      d2i_X509(nullptr, &at, static_cast<long>(bytes.size())), &X509_free);
  if (!read) return;
  const tls::CertificateFacts facts = crypto::certificate_facts(read.get());
  require_quiet(facts.subject);
  require_quiet(facts.issuer);
  require_quiet(facts.key);
  for (const std::string& name : facts.dns_names) require_quiet(name);
  require(crypto::certificate_facts(read.get()) == facts, "the same facts each time");
}

void queue_row(std::string_view bytes) {
  if (const auto recipients = spool::parse_recipients(bytes)) {
    const auto again = spool::parse_recipients(spool::recipients_json(*recipients));
    require(again && spool::recipients_json(*again) == spool::recipients_json(*recipients),
            "recipients read back as themselves");
  }
  if (const auto attempt = spool::parse_attempt(bytes)) {
    const auto again = spool::parse_attempt(spool::attempt_json(*attempt));
    require(again && spool::attempt_json(*again) == spool::attempt_json(*attempt),
            "an attempt reads back as itself");
  }
  if (bytes.size() < spool::kExtentHeaderBytes) return;
  const std::span<const char, 32> header(bytes.data(), 32);
  if (const auto extent = spool::decode_extent_header(header)) {
    require(extent->length >= 0, "an extent has a size");
    const auto encoded = spool::encode(*extent);
    require(spool::decode_extent_header(encoded) == extent, "a header reads back as itself");
  }
  (void)spool::decode_file_header(header);
}

}  // namespace postern::fuzz
