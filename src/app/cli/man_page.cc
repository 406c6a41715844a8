// postern(1), in the macros of man(7).
#include <fmt/format.h>

#include "app/cli/command_tree.h"

namespace postern::cli {

namespace {

// Text that roff prints as it stands: hyphens stay hyphens, no line begins with a control
// character.
std::string roff(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool line_start = i == 0 || text[i - 1] == '\n';
    if (line_start && (text[i] == '.' || text[i] == '\'')) out += "\\&";
    if (text[i] == '\\') {
      out += "\\e";
    } else if (text[i] == '-') {
      out += "\\-";
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string synopsis(const CommandInfo& command) {
  std::string out = "\\fBpostern " + roff(command.path) + "\\fR";
  for (const OptionInfo& option : command.options) {
    if (!option.positional()) continue;
    const std::string dots = option.many ? "..." : "";
    out += option.required ? fmt::format(" \\fI{}\\fR{}", roff(option.value), dots)
                           : fmt::format(" [\\fI{}\\fR{}]", roff(option.value), dots);
  }
  return out;
}

void write_option(std::string& out, const OptionInfo& option) {
  out += option.positional() ? fmt::format(".TP\n\\fI{}\\fR", roff(option.value))
                             : fmt::format(".TP\n\\fB{}\\fR", roff(option.name));
  if (!option.positional() && !option.value.empty()) {
    out += fmt::format(" \\fI{}\\fR", roff(option.value));
  }
  const bool ended = option.help.ends_with('.') || option.help.ends_with(')');
  out += "\n" + roff(option.help) + (ended ? "\n" : ".\n");
  if (!option.words.empty() && option.help.find(option.words.front()) == std::string::npos) {
    out += fmt::format("One of: {}.\n", roff(fmt::format("{}", fmt::join(option.words, ", "))));
  }
}

void write_command(std::string& out, const CommandInfo& command) {
  if (!command.commands.empty()) {  // a group
    out += fmt::format(".SS {}\n{}.\n", roff(command.path), roff(command.summary));
    return;
  }
  out += fmt::format(".PP\n{}\n.RS 4\n{}.\n", synopsis(command), roff(command.summary));
  for (const OptionInfo& option : command.options) {
    if (option.name != "--help") write_option(out, option);
  }
  if (!command.footer.empty()) out += ".PP\n" + roff(command.footer) + "\n";
  out += ".RE\n";
}

}  // namespace

std::string man_page(const std::vector<CommandInfo>& tree) {
  const CommandInfo& program = tree.front();
  std::string out =
      ".\\\" Made by \"postern docs man\"; do not edit.\n"
      ".TH POSTERN 1 \"\" \"postern " POSTERN_VERSION
      "\" \"Postern\"\n"
      ".SH NAME\npostern \\- a mail gateway that proves TLS on every hop it controls\n"
      ".SH SYNOPSIS\n\\fBpostern\\fR [\\fIoptions\\fR] \\fIcommand\\fR ...\n"
      ".SH DESCRIPTION\n"
      "Without a configuration \\fBpostern probe\\fR works from any machine; \\fBpostern "
      "serve\\fR\n"
      "is the gateway itself. The other commands look at its queue and change its records: what\n"
      "they change is in force within a second, and stands in the audit log.\n"
      ".SH OPTIONS\nThese may stand before or after any command.\n";
  for (const OptionInfo& option : program.options) write_option(out, option);
  out += ".SH COMMANDS\n";
  // Commands of their own first: under a group's heading they would seem to belong to it.
  for (const CommandInfo& command : tree) {
    const bool top = !command.path.empty() && command.path.find(' ') == std::string::npos;
    if (top && command.commands.empty()) write_command(out, command);
  }
  for (const CommandInfo& command : tree) {
    const bool top = command.path.find(' ') == std::string::npos;
    if (command.path.empty() || (top && command.commands.empty())) continue;
    write_command(out, command);
  }
  out +=
      ".SH EXIT STATUS\n"
      ".TP\n0\ndone\n.TP\n1\nrefused or failed; standard error says why and what to do\n"
      ".TP\n2\nwrong usage\n.TP\n3\ndone in part: some lines or domains were refused\n"
      ".SH FILES\n"
      ".TP\n/etc/postern/postern.toml\nthe configuration; \\fBpostern config example\\fR prints "
      "one\n"
      ".TP\n/var/lib/postern/records.db\naccounts, domains, routes, policies, evidence and the "
      "audit "
      "log\n"
      ".TP\n/var/lib/postern/queue\nmessages that wait\n"
      ".SH SEE ALSO\n.UR https://www.rfc\\-editor.org/rfc/rfc5321\nRFC 5321\n.UE ,\n"
      ".UR https://www.rfc\\-editor.org/rfc/rfc3207\nRFC 3207\n.UE\n";
  return out;
}

}  // namespace postern::cli
