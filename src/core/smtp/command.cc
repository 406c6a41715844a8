#include "core/smtp/command.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"

namespace postern::smtp {
namespace {

struct Word {
  std::string_view text;
  Verb verb;
};
constexpr std::array<Word, 15> kVerbs = {{{"EHLO", Verb::ehlo},
                                          {"HELO", Verb::helo},
                                          {"LHLO", Verb::lhlo},
                                          {"STARTTLS", Verb::starttls},
                                          {"AUTH", Verb::auth},
                                          {"MAIL", Verb::mail},
                                          {"RCPT", Verb::rcpt},
                                          {"DATA", Verb::data},
                                          {"BDAT", Verb::bdat},
                                          {"RSET", Verb::rset},
                                          {"NOOP", Verb::noop},
                                          {"VRFY", Verb::vrfy},
                                          {"EXPN", Verb::expn},
                                          {"HELP", Verb::help},
                                          {"QUIT", Verb::quit}}};

// A web page can make a browser post text to this port. Such a client never speaks a line of its
// own choosing first, so its first line gives it away (ALPACA and its ancestors). Should it not,
// with a method that is none of these, then its version or its first header field does.
constexpr std::array<std::string_view, 10> kForeign = {
    "GET", "POST", "PUT", "HEAD", "OPTIONS", "TRACE", "PATCH", "DELETE", "CONNECT", "PRI"};

bool is_foreign(std::string_view line, std::string_view word) {
  if (line.empty()) return false;
  const bool no_letter = line.front() < ' ' || line.front() == 0x7F;
  const auto same = [word](std::string_view known) { return base::iequals(word, known); };
  const std::size_t last = std::min(line.rfind(' '), line.size() - 1);
  return no_letter || std::ranges::any_of(kForeign, same) || word.starts_with("SSH-") ||
         word.ends_with(':') || base::iequals(line.substr(last).substr(0, 6), " HTTP/");
}

Reply bad_argument(std::string text) { return Reply{501, "5.5.4", {std::move(text)}}; }
std::unexpected<Reply> refuse(Reply reply) { return std::unexpected(std::move(reply)); }

bool is_xtext(std::string_view text) {  // RFC 3461 4
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c < '!' || c > '~' || c == '=') return false;
    if (c != '+') continue;
    if (i + 2 >= text.size()) return false;
    for (const char digit : text.substr(i + 1, 2)) {
      if (std::string_view("0123456789ABCDEF").find(digit) == std::string_view::npos) return false;
    }
    i += 2;
  }
  return true;
}

// Digits only; too many to count become the greatest number.
std::optional<std::uint64_t> read_number(std::string_view text) {
  if (text.empty() || text.size() > 20) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return UINT64_MAX;
    value = value * 10 + digit;
  }
  return value;
}

struct Parameter {
  std::string_view name;
  std::optional<std::string_view> value;
};

// Drops the next parameter from the front of `text`; nullopt: there is none.
std::optional<Parameter> next_parameter(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return Parameter{word, std::nullopt};
  return Parameter{word.substr(0, equals), word.substr(equals + 1)};
}

Parsed<Path> read_path(std::string_view& text, std::string_view keyword, Grammar grammar) {
  const bool there =
      text.size() > keyword.size() && base::iequals(text.substr(0, keyword.size()), keyword);
  const std::string form = std::string(keyword) + "<address>";
  if (!there) return refuse(bad_argument("The form is " + form + "."));
  text.remove_prefix(keyword.size());
  if (text.starts_with(' ')) {
    if (grammar == Grammar::strict) {
      return refuse(bad_argument("No space may follow the colon: the form is " + form + "."));
    }
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  auto path = parse_path(text);
  if (!path) {
    const bool sender = keyword == "FROM:";
    return refuse(Reply{501, sender ? "5.1.7" : "5.1.3", {path.error().peer_text}});
  }
  if (!text.empty() && text.front() != ' ') {
    return refuse(bad_argument("A space must stand between the address and its parameters."));
  }
  return std::move(*path);
}

Reply bad_value(std::string_view name) {
  return bad_argument("The value of " + std::string(name) + " is not valid.");
}
Reply repeated(std::string_view name) {
  return bad_argument("The parameter " + std::string(name) + " is given twice.");
}
Reply unknown_parameter() {  // RFC 5321 4.1.1.11
  return Reply{555, "5.5.4", {"A parameter is not known here, or not offered."}};
}

// A parameter: its bit in the set of those seen, and what reads its value (false: not valid).
struct MailReader {
  std::string_view name;
  bool (*read)(MailCommand&, std::optional<std::string_view>);
};

bool read_size(MailCommand& mail, std::optional<std::string_view> value) {
  if (value) mail.size = read_number(*value);
  return mail.size.has_value();
}
bool read_body(MailCommand& mail, std::optional<std::string_view> value) {
  if (!value) return false;
  if (base::iequals(*value, "8BITMIME")) mail.body = queue::BodyType::eight_bit;
  return base::iequals(*value, "7BIT") || base::iequals(*value, "8BITMIME");
}
bool read_smtputf8(MailCommand& mail, std::optional<std::string_view> value) {
  mail.smtputf8 = true;
  return !value;
}
bool read_require_tls(MailCommand& mail, std::optional<std::string_view> value) {
  mail.require_tls = true;
  return !value;
}
bool read_ret(MailCommand& mail, std::optional<std::string_view> value) {
  if (!value || (!base::iequals(*value, "FULL") && !base::iequals(*value, "HDRS"))) return false;
  mail.dsn_return = base::iequals(*value, "FULL") ? "FULL" : "HDRS";
  return true;
}
bool read_envid(MailCommand& mail, std::optional<std::string_view> value) {
  if (!value || value->empty() || value->size() > 100 || !is_xtext(*value)) return false;
  mail.dsn_envelope_id = *value;
  return true;
}
// RFC 4954 5: who submitted the message. Read and believed by nobody: the name proves nothing here.
bool read_mail_auth(MailCommand&, std::optional<std::string_view> value) {
  return value && !value->empty() && value->size() <= 500 && is_xtext(*value);
}
constexpr std::array<MailReader, 7> kMailReaders = {{{"SIZE", read_size},
                                                     {"BODY", read_body},
                                                     {"SMTPUTF8", read_smtputf8},
                                                     {"REQUIRETLS", read_require_tls},
                                                     {"RET", read_ret},
                                                     {"ENVID", read_envid},
                                                     {"AUTH", read_mail_auth}}};

std::optional<std::uint8_t> read_notify(std::string_view value) {  // RFC 3461 4.1
  if (base::iequals(value, "NEVER")) return queue::notify_never;
  std::uint8_t flags = 0;
  for (const std::string_view word : base::split(value, ',')) {
    std::uint8_t flag = 0;
    if (base::iequals(word, "SUCCESS")) flag = queue::notify_success;
    if (base::iequals(word, "FAILURE")) flag = queue::notify_failure;
    if (base::iequals(word, "DELAY")) flag = queue::notify_delay;
    if (flag == 0 || (flags & flag) != 0) return std::nullopt;
    flags |= flag;
  }
  return flags;
}

// RFC 3461 4.2 "rfc822;" xtext, RFC 6533 "utf-8;" with UTF-8 as well.
bool is_original_recipient(std::string_view value) {
  const std::size_t semicolon = value.find(';');
  if (value.size() > 500 || semicolon == std::string_view::npos || semicolon == 0) return false;
  const std::string_view type = value.substr(0, semicolon);
  const std::string_view address = value.substr(semicolon + 1);
  const auto in_type = [](char c) {
    return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (address.empty() || !std::ranges::all_of(type, in_type)) return false;
  if (!base::iequals(type, "utf-8")) return is_xtext(address);
  const auto printable = [](char c) {
    return (c >= '!' && c <= '~' && c != '=') || static_cast<unsigned char>(c) >= 0x80;
  };
  return base::is_valid_utf8(address) && std::ranges::all_of(address, printable);
}

}  // namespace

Command split_command(std::string_view line) {
  const std::size_t space = line.find(' ');
  const std::string_view word = line.substr(0, space);
  Command command;
  if (space != std::string_view::npos) command.argument = base::trim(line.substr(space));
  for (const Word& known : kVerbs) {
    if (word.size() == known.text.size() && base::iequals(word, known.text)) {
      command.verb = known.verb;
      return command;
    }
  }
  if (is_foreign(line, word)) command.verb = Verb::foreign;
  return command;
}

std::string_view verb_text(Verb verb) {
  for (const Word& known : kVerbs) {
    if (known.verb == verb) return known.text;
  }
  return verb == Verb::foreign ? "another protocol" : "an unknown command";
}

Parsed<std::string_view> parse_hello(std::string_view argument) {
  if (argument.empty()) return refuse(bad_argument("The name of your host is missing."));
  const auto usual = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  if (argument.size() > 255 || !std::ranges::all_of(argument, usual) ||
      !base::is_valid_utf8(argument)) {
    return refuse(bad_argument("That is neither a host name nor an address literal."));
  }
  return argument;
}

Parsed<MailCommand> parse_mail(std::string_view argument, Grammar grammar) {
  auto path = read_path(argument, "FROM:", grammar);
  if (!path) return refuse(std::move(path.error()));
  if (path->postmaster) return refuse(Reply{501, "5.1.7", {"The sender needs a domain."}});
  MailCommand mail;
  mail.from = std::move(*path);
  unsigned seen = 0;
  while (auto parameter = next_parameter(argument)) {
    const auto* reader = std::ranges::find_if(kMailReaders, [&](const MailReader& known) {
      return base::iequals(known.name, parameter->name);
    });
    if (reader == kMailReaders.end()) return refuse(unknown_parameter());
    const unsigned bit = 1U << (reader - kMailReaders.begin());
    if ((seen & bit) != 0) return refuse(repeated(reader->name));
    seen |= bit;
    if (!reader->read(mail, parameter->value)) return refuse(bad_value(reader->name));
  }
  return mail;
}

Parsed<RcptCommand> parse_rcpt(std::string_view argument, Grammar grammar) {
  auto path = read_path(argument, "TO:", grammar);
  if (!path) return refuse(std::move(path.error()));
  if (!path->mailbox && !path->postmaster) {
    return refuse(Reply{501, "5.1.3", {"A recipient cannot be empty."}});
  }
  RcptCommand rcpt;
  rcpt.to = std::move(*path);
  while (auto parameter = next_parameter(argument)) {
    if (base::iequals(parameter->name, "NOTIFY")) {
      if (rcpt.notify != 0) return refuse(repeated("NOTIFY"));
      const auto flags = read_notify(parameter->value.value_or(""));
      if (!flags) return refuse(bad_value("NOTIFY"));
      rcpt.notify = *flags;
    } else if (base::iequals(parameter->name, "ORCPT")) {
      if (!rcpt.original.empty()) return refuse(repeated("ORCPT"));
      if (!is_original_recipient(parameter->value.value_or(""))) return refuse(bad_value("ORCPT"));
      rcpt.original = *parameter->value;
    } else {
      return refuse(unknown_parameter());
    }
  }
  return rcpt;
}

Parsed<BdatCommand> parse_bdat(std::string_view argument) {
  const std::size_t space = argument.find(' ');
  const auto size = read_number(argument.substr(0, space));
  BdatCommand bdat;
  bdat.size = size.value_or(0);
  if (space != std::string_view::npos) {
    bdat.last = base::iequals(base::trim(argument.substr(space)), "LAST");
  }
  if (!size || (space != std::string_view::npos && !bdat.last)) {
    return refuse(bad_argument("The form is BDAT size, or BDAT size LAST."));
  }
  return bdat;
}

Parsed<AuthCommand> parse_auth(std::string_view argument) {
  const std::size_t space = argument.find(' ');
  const std::string_view name = argument.substr(0, space);
  AuthCommand auth;
  if (base::iequals(name, "LOGIN")) {
    auth.mechanism = Mechanism::login;
  } else if (name.empty()) {
    return refuse(bad_argument("The mechanism is missing: PLAIN or LOGIN."));
  } else if (!base::iequals(name, "PLAIN")) {
    return refuse(Reply{504, "5.5.4", {"That mechanism is not offered: use PLAIN or LOGIN."}});
  }
  if (space == std::string_view::npos) return auth;
  const std::string_view initial = base::trim(argument.substr(space));
  if (initial.find(' ') != std::string_view::npos) {
    return refuse(bad_argument("There is something after the initial response."));
  }
  auth.initial = initial == "=" ? std::string_view() : initial;
  return auth;
}

std::optional<Credentials> parse_plain(std::string_view message) {
  const auto parts = base::split(message, '\0');
  if (parts.size() != 3 || parts[1].empty()) return std::nullopt;
  if (!parts[0].empty() && parts[0] != parts[1]) return std::nullopt;
  return Credentials{std::string(parts[1]), std::string(parts[2])};
}

}  // namespace postern::smtp
