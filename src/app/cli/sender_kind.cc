#include "app/cli/sender_kind.h"

#include "core/policy/words.h"
#include "core/tls/digest.h"
#include "io/records/describe.h"

namespace postern::cli {

namespace {

using policy::InternalSender;
using SenderField = Field<InternalSender>;

// What a line's identity means stands in another column, so begin() has read it.
base::Result<> read_kind(InternalSender&, std::string_view) { return {}; }

base::Result<> read_has_password(InternalSender&, std::string_view text) {
  bool said = false;
  return read_yes_no(said, text);
}

constexpr std::array kFields{
    SenderField{
        {"kind", "KIND", ""},
        &read_kind,
        [](const InternalSender& s) { return std::string(policy::sender_kind_text(s.kind)); }},
    SenderField{
        {"require_tls", "yes|no", "yes: refuse its mail without TLS"},
        [](InternalSender& s, std::string_view text) { return read_yes_no(s.require_tls, text); },
        [](const InternalSender& s) { return yes_no(s.require_tls); }},
    SenderField{{"note", "TEXT", "For people"},
                [](InternalSender& s, std::string_view text) { return read_note(s.note, text); },
                [](const InternalSender& s) { return s.note; }},
    SenderField{{"has_password", "yes|no", ""},
                &read_has_password,
                [](const InternalSender& s) { return yes_no(!s.password_hash.empty()); }},
};

std::string_view kind_given(const FieldTexts& fields) {
  std::string_view kind;
  for (const auto& [name, text] : fields) {
    if (name == "kind") kind = text;
  }
  return kind;
}

Refusal not_a_range(std::string_view text) {
  return {"Invalid Range",
          fmt::format("\"{}\" is not an address range: write 192.0.2.0/24, with no bit set below "
                      "the prefix. A user or a key needs the column kind: credentials or "
                      "client-certificate.",
                      base::printable(text, 120))};
}

}  // namespace

std::span<const SenderField> SenderKind::fields() const { return kFields; }

std::vector<InternalSender> SenderKind::all(const RecordsSession& session) const {
  std::vector<InternalSender> found;
  for (const InternalSender& one : session.configuration.senders) {
    if (one.account == account_) found.push_back(one);
  }
  std::ranges::sort(found, {}, [this](const InternalSender& one) { return identity(one); });
  return found;
}

std::string SenderKind::name(const InternalSender& sender) const {
  switch (sender.kind) {
    case InternalSender::Kind::address_range:
      return sender.range ? sender.range->to_string() : "";
    case InternalSender::Kind::credentials:
      return sender.user;
    case InternalSender::Kind::client_certificate:
      return base::hex(sender.certificate_spki);
  }
  return {};
}

std::string SenderKind::identity(const InternalSender& sender) const {
  return fmt::format("{} {}", policy::sender_kind_text(sender.kind), name(sender));
}

std::expected<InternalSender, Refusal> SenderKind::begin(std::string_view name,
                                                         const FieldTexts& fields) const {
  InternalSender fresh;
  fresh.account = account_;
  auto kind = read_word(fresh.kind, fresh.kind, kind_given(fields), &policy::parse_sender_kind,
                        "address-range, credentials, client-certificate");
  if (!kind) return std::unexpected(Refusal{.why = "kind: " + kind.error().text});
  const std::string_view text = base::trim(name);
  switch (fresh.kind) {
    case InternalSender::Kind::address_range:
      fresh.range = base::IpRange::parse(text);
      if (!fresh.range) return std::unexpected(not_a_range(text));
      break;
    case InternalSender::Kind::credentials:
      fresh.user = text;
      break;
    case InternalSender::Kind::client_certificate: {
      auto digest = tls::parse_digest(text);
      if (!digest) return std::unexpected(Refusal{"Invalid Key", digest.error().text});
      fresh.certificate_spki = *digest;
      break;
    }
  }
  return fresh;
}

base::Result<> SenderKind::finish(InternalSender& sender, const InternalSender*) const {
  if (sender.kind != InternalSender::Kind::credentials || !sender.password_hash.empty()) return {};
  return base::fail(
      "invalid-sender",
      fmt::format("The password of {} is in no file. To add this user: postern sender add --user "
                  "{} --password-file FILE",
                  base::printable(sender.user, 120), base::printable(sender.user, 120)));
}

void SenderKind::describe(base::JsonWriter& json, const RecordsSession& session,
                          const InternalSender& sender) const {
  json.field("account", session.account.name);
  records::describe(json, sender);
  json.field("identity", name(sender));
}

}  // namespace postern::cli
