#include "core/policy/words.h"

#include <array>
#include <utility>

namespace postern::policy {
namespace {

template <class Value, std::size_t n>
using Words = std::array<std::pair<Value, std::string_view>, n>;

template <class Value, std::size_t n>
std::string_view word_of(const Words<Value, n>& words, Value value) {
  for (const auto& [known, word] : words) {
    if (known == value) return word;
  }
  return "unknown";
}

template <class Value, std::size_t n>
std::optional<Value> value_of(const Words<Value, n>& words, std::string_view text) {
  for (const auto& [value, word] : words) {
    if (word == text) return value;
  }
  return std::nullopt;
}

constexpr Words<Accept, 3> kAccepts{
    {{Accept::any, "any"}, {Accept::pkix, "pkix"}, {Accept::dane, "dane"}}};
constexpr Words<OnFailure, 2> kOnFailures{
    {{OnFailure::defer, "defer"}, {OnFailure::bounce, "bounce"}}};
constexpr Words<Floor, 3> kFloors{
    {{Floor::standard, "standard"}, {Floor::tls1_3, "tls1.3"}, {Floor::legacy, "legacy"}}};
constexpr Words<TlsStart, 2> kStarts{
    {{TlsStart::starttls, "starttls"}, {TlsStart::implicit, "implicit"}}};
constexpr Words<StsMode, 4> kStsModes{{{StsMode::off, "off"},
                                       {StsMode::none, "none"},
                                       {StsMode::testing, "testing"},
                                       {StsMode::enforce, "enforce"}}};
using Kind = InternalSender::Kind;
constexpr Words<Kind, 3> kKinds{{{Kind::address_range, "address-range"},
                                 {Kind::credentials, "credentials"},
                                 {Kind::client_certificate, "client-certificate"}}};

}  // namespace

std::string_view accept_text(Accept accept) { return word_of(kAccepts, accept); }
std::optional<Accept> parse_accept(std::string_view text) { return value_of(kAccepts, text); }

std::string_view on_failure_text(OnFailure on_failure) { return word_of(kOnFailures, on_failure); }
std::optional<OnFailure> parse_on_failure(std::string_view text) {
  return value_of(kOnFailures, text);
}

std::string_view floor_text(Floor floor) { return word_of(kFloors, floor); }
std::optional<Floor> parse_floor(std::string_view text) { return value_of(kFloors, text); }

std::string_view tls_start_text(TlsStart start) { return word_of(kStarts, start); }
std::optional<TlsStart> parse_tls_start(std::string_view text) { return value_of(kStarts, text); }

std::string_view sts_mode_text(StsMode mode) { return word_of(kStsModes, mode); }
std::optional<StsMode> parse_sts_mode(std::string_view text) { return value_of(kStsModes, text); }

std::string_view sender_kind_text(Kind kind) { return word_of(kKinds, kind); }
std::optional<Kind> parse_sender_kind(std::string_view text) { return value_of(kKinds, text); }

}  // namespace postern::policy
