// Small encodings of mail: quoted-printable and encoded words (RFC 2045, RFC 2047), xtext (RFC
// 3461), UTF-8 addresses in ASCII (RFC 6533), folded header fields.
#pragma once

#include <string>
#include <string_view>

namespace postern::message {

// Text with "\n" line ends becomes quoted-printable with CRLF, lines at most 76 long (RFC
// 2045 6.7).
[[nodiscard]] std::string quoted_printable(std::string_view text);

// "Name: text" folded at 78 columns with CRLF at its end; encoded words where the text is not
// ASCII.
[[nodiscard]] std::string unstructured_field(std::string_view name, std::string_view text);
// Folds a field whose text is ASCII already; adds CRLF.
[[nodiscard]] std::string fold_field(std::string_view field);

// "+2B" undone; a broken escape stays as it stands.
[[nodiscard]] std::string xtext_decode(std::string_view text);
[[nodiscard]] std::string xtext_encode(std::string_view text);
// RFC 6533 3 utf-8-addr-unitext as utf-8-addr-xtext: code points above ASCII become \x{HEX}.
[[nodiscard]] std::string utf8_address_xtext(std::string_view address);

// Printable ASCII of at most `limit` bytes; what is not ASCII becomes "?".
[[nodiscard]] std::string ascii_only(std::string_view text, std::size_t limit);

}  // namespace postern::message
