// postern lint sts-record | sts-policy | tlsrpt-record | tlsa | report: what a text on standard
// input means to senders of mail, and what is wrong with it. Needs no configuration, no records and
// no gateway.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <istream>
#include <ostream>

#include "app/cli/cli.h"
#include "core/lint/lint.h"
#include "io/reports/read_report.h"

namespace postern::cli {

namespace {

// What standard input may hold: of a report all that its reader takes; no record or policy comes
// near the other.
constexpr std::size_t most_text = 1 << 20;

using Linter = lint::Page (*)(std::string_view);

lint::Page lint_report(std::string_view input) {
  return lint::report(reports::examine_report(input));
}

struct Subject {
  const char* name;
  const char* help;
  const char* footer;
  Linter linter;
  std::size_t most = most_text;  // bytes
};

constexpr Subject subjects[] = {
    {"sts-record", "The TXT record at _mta-sts.<domain> (RFC 8461)",
     "The text itself, a line of a zone file, or the output of dig +short TXT:\n"
     "  echo 'v=STSv1; id=20260101T000000;' | postern lint sts-record",
     lint::sts_record},
    {"sts-policy", "The MTA-STS policy file (RFC 8461)",
     "  curl -s https://mta-sts.example.com/.well-known/mta-sts.txt | postern lint sts-policy",
     lint::sts_policy},
    {"tlsrpt-record", "The TXT record at _smtp._tls.<domain> (RFC 8460)",
     "The text itself, a line of a zone file, or the output of dig +short TXT:\n"
     "  dig +short TXT _smtp._tls.example.com | postern lint tlsrpt-record",
     lint::tlsrpt_record},
    {"tlsa", "TLSA records of a mail server (RFC 7671, RFC 7672)",
     "One a line or as a zone file has them, with or without the name:\n"
     "  dig +short TLSA _25._tcp.mx.example.com | postern lint tlsa",
     lint::tlsa},
    {"report", "A TLS report, as JSON or gzip (RFC 8460)",
     "  postern lint report < sender.example!example.com!1459468800!1459555199.json.gz",
     lint_report, reports::largest_json},
};

lint::Page read_and_lint(std::istream& in, const Subject& subject) {
  std::string input(subject.most + 1, '\0');
  in.read(input.data(), static_cast<std::streamsize>(input.size()));
  input.resize(static_cast<std::size_t>(in.gcount()));
  if (input.size() <= subject.most) return subject.linter(input);
  lint::Page page{.kind = subject.name, .title = "input"};
  page.findings.push_back({base::Severity::error, "",
                           fmt::format("It has more than {} bytes.", subject.most),
                           "Give one text alone."});
  return page;
}

int run_linter(Context& context, const Subject& subject) {
  const lint::Page page = read_and_lint(context.in, subject);
  if (context.json) {
    base::JsonWriter json;
    lint::write_json(json, page);
    context.out << std::move(json).take() << "\n";
  } else {
    context.out << lint::text(page);
  }
  return page.valid ? exit_ok : exit_failed;
}

}  // namespace

void add_lint_commands(CLI::App& root, Context& context) {
  CLI::App* lint = root.add_subcommand(
      "lint", "Explain what a domain publishes about TLS, and say what is wrong with it");
  lint->require_subcommand(1);
  lint->footer(
      "Each reads one text on standard input. Exit code 1 when it is not valid; warnings leave it "
      "at 0.");
  for (const Subject& subject : subjects) {
    lint->add_subcommand(subject.name, subject.help)
        ->footer(subject.footer)
        ->callback([&context, &subject] { context.exit_code = run_linter(context, subject); });
  }
}

}  // namespace postern::cli
