// postern probe DOMAIN... | --file FILE, postern explain ADDRESS
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <unordered_set>

#include "app/cli/cli.h"
#include "app/cli/explain.h"
#include "app/cli/probe_many.h"
#include "app/cli/probe_output.h"
#include "app/cli/records_session.h"
#include "core/base/text.h"

namespace postern::cli {

namespace {

struct ProbeOptions {
  std::vector<std::string> domains;
  std::string file;
  std::string expect = "relaxed";
  int parallel = 50;
  int patience = 20;
  bool csv = false;
  bool details = false;
  bool dialogue = false;
};

// A line a domain; empty lines and # comments are passed over; "user@domain" means the domain.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view line : base::split(text, '\n')) {
    line = base::trim(line.substr(0, line.find('#')));
    line = base::trim(line.substr(0, line.find_first_of(",;")));
    if (!line.empty()) out.emplace_back(line);
  }
  return out;
}

base::Result<std::vector<dns::Domain>> wanted_domains(const Context& context,
                                                      const ProbeOptions& options) {
  std::vector<std::string> texts = options.domains;
  if (!options.file.empty()) {
    auto text = read_text(context, options.file);
    if (!text) return std::unexpected(text.error());
    std::ranges::move(lines_of(*text), std::back_inserter(texts));
  }
  std::vector<dns::Domain> domains;
  std::unordered_set<dns::Domain> seen;
  for (const std::string& text : texts) {
    std::size_t at = text.rfind('@');
    auto domain = dns::Domain::parse(at == std::string::npos ? text : text.substr(at + 1));
    if (!domain) return std::unexpected(domain.error());
    if (seen.insert(*domain).second) domains.push_back(*domain);
  }
  return domains;
}

// One line on a terminal that shows how far it is.
class Progress {
 public:
  Progress(std::ostream& err, std::size_t total) : err_(err), total_(total) {
    shown_ = total > 1 && isatty(STDERR_FILENO) == 1;
  }
  ~Progress() {
    if (shown_) err_ << "\r\x1b[K" << std::flush;
  }
  void step() {
    ++done_;
    if (!shown_) return;
    std::size_t filled = done_ * 30 / total_;
    err_ << fmt::format("\r[{}{}] {}/{}", std::string(filled, '#'), std::string(30 - filled, '.'),
                        done_, total_)
         << std::flush;
  }

 private:
  std::ostream& err_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool shown_ = false;
};

// The line of progress is gone when the findings are printed.
base::Result<std::vector<probe::DomainFinding>> probe_in_sight(
    const Context& context, const std::vector<dns::Domain>& domains, const ProbeOptions& options) {
  Progress progress(context.err, domains.size());
  return probe_many(context, domains,
                    {.parallel = static_cast<std::size_t>(options.parallel),
                     .patience = std::chrono::seconds(options.patience),
                     .one_more = [&progress] { progress.step(); }});
}

void print(Context& context, const ProbeOptions& options,
           const std::vector<probe::DomainFinding>& findings) {
  if (context.json) {
    base::JsonWriter json;
    json.begin_array();
    for (const probe::DomainFinding& finding : findings) write_finding(json, finding);
    json.end_array();
    context.out << std::move(json).take() << "\n";
  } else if (options.csv) {
    context.out << probe_csv(findings);
  } else if (findings.size() == 1 || options.details) {
    for (const probe::DomainFinding& finding : findings) {
      context.out << probe_details(finding, now(), options.dialogue);
    }
  } else {
    context.out << probe_table(findings) << "More on one: postern probe DOMAIN\n";
  }
}

int run_probe(Context& context, const ProbeOptions& options) {
  auto domains = wanted_domains(context, options);
  if (!domains) return context.fail(domains.error());
  if (domains->empty()) {
    context.err << "postern: name a domain, or a file of domains with --file\n";
    return exit_usage;
  }
  const std::size_t total = domains->size();
  auto findings = probe_in_sight(context, *domains, options);
  if (!findings) return context.fail(findings.error());
  print(context, options, *findings);
  probe::Readiness least =
      options.expect == "strict" ? probe::Readiness::strict : probe::Readiness::relaxed;
  auto ready = std::ranges::count_if(
      *findings, [least](const auto& finding) { return finding.readiness >= least; });
  if (static_cast<std::size_t>(ready) == total) return exit_ok;
  return ready == 0 ? exit_failed : exit_partly;
}

}  // namespace

void add_probe_commands(CLI::App& root, Context& context) {
  auto options = std::make_shared<ProbeOptions>();
  CLI::App* command = root.add_subcommand(
      "probe", "Test what TLS domains offer, on every MX and address; no mail is sent");
  command->add_option("domain", options->domains, "Domains");
  command->add_option("--file", options->file, "File with a domain a line; - for input");
  command->add_option("--parallel", options->parallel, "Domains at once")
      ->check(CLI::Range(1, 2000))
      ->capture_default_str();
  command->add_option("--timeout", options->patience, "Seconds to wait for a connection or a reply")
      ->check(CLI::Range(1, 300))
      ->capture_default_str();
  command->add_option("--expect", options->expect, "What counts as ready for the exit code")
      ->check(CLI::IsMember({"relaxed", "strict"}))
      ->capture_default_str();
  command->add_flag("--csv", options->csv, "Print CSV");
  command->add_flag("--details", options->details, "Print every host, also of many domains");
  command->add_flag("--dialogue", options->dialogue, "Print what was said as well");
  command->footer("Exit code: 0 all domains are ready, 3 some are, 1 none is.");
  command->callback([&context, options] { context.exit_code = run_probe(context, *options); });

  auto address = std::make_shared<std::string>();
  CLI::App* explainer = root.add_subcommand(
      "explain", "Say what TLS mail to an address must have, and every source that won or lost");
  explainer->add_option("address", *address, "Address or domain")->required();
  explainer->callback([&context, address] { context.exit_code = explain(context, *address); });
}

}  // namespace postern::cli
