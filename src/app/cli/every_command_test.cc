// What holds for every command there is, found by walking the tree of commands.
#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "app/cli/command_tree.h"
#include "app/cli/testing.h"
#include "core/base/text.h"

namespace postern::cli {
namespace {

using testing::CommandLine;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<CommandInfo> whole_tree() {
  std::istringstream in;
  std::ostringstream out;
  Context context{.in = in, .out = out, .err = out, .config_file = {}, .data_dir = {}};
  CLI::App root;
  add_all_commands(root, context);
  return command_tree(root);
}

// The arguments that make each command print something, in an order in which each finds what it
// needs: {number} is the number that the last JSON showed.
struct Example {
  std::string command;
  std::vector<std::string> arguments;
  std::string input;
};
const std::vector<Example>& examples() {
  static const std::string end =
      base::rfc3339(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
                    std::chrono::days(3));
  static const std::vector<Example> all = {
      {"version", {}, ""},
      {"config check", {}, ""},
      {"config example", {}, ""},
      {"config reference", {}, ""},
      {"docs events", {}, ""},
      {"docs metrics", {}, ""},
      {"docs truth-table", {}, ""},
      {"docs openapi", {}, ""},
      {"docs typescript", {}, ""},
      {"docs man", {}, ""},
      {"completion bash", {}, ""},
      {"completion zsh", {}, ""},
      {"lint sts-record", {}, "v=STSv1; id=1;"},
      {"lint sts-policy", {}, "version: STSv1\nmode: none\nmax_age: 86400\n"},
      {"lint tlsrpt-record", {}, "v=TLSRPTv1; rua=mailto:tls@example.com"},
      {"lint tlsa", {}, "3 1 1 00"},
      {"lint report", {}, "{}"},
      {"lab list", {}, ""},
      {"account add", {"london", "--title", "Example Ltd"}, ""},
      {"account set", {"london", "--title", "Example PLC"}, ""},
      {"account list", {}, ""},
      {"account show", {"london"}, ""},
      {"account export", {}, ""},
      {"account import", {"-"}, "paris\n"},
      {"account remove", {"london"}, ""},
      {"domain add", {"corp.example.org", "--already-validated"}, ""},
      {"domain set", {"corp.example.org", "--enforce-receipt", "yes"}, ""},
      {"domain list", {}, ""},
      {"domain show", {"corp.example.org"}, ""},
      {"domain export", {}, ""},
      {"domain import", {"-"}, "corp2.example.org\nco.uk\n"},
      {"domain remove", {"corp2.example.org"}, ""},
      {"route list", {}, ""},
      {"route export", {}, ""},
      {"route import", {"-", "--host", "mail.example.org"}, "corp.example.org\n"},
      {"route add", {"*", "--host", "smart.example.net"}, ""},
      {"route set", {"{number}", "--mode", "strict"}, ""},
      {"route show", {"{number}"}, ""},
      {"route remove", {"{number}"}, ""},
      {"sender list", {}, ""},
      {"sender export", {}, ""},
      {"sender import", {"-"}, "192.0.2.0/28\n"},
      {"sender add", {"--range", "198.51.100.0/24"}, ""},
      {"sender show", {"{number}"}, ""},
      {"sender remove", {"{number}"}, ""},
      {"policy add", {"example.com", "--stage", "monitor", "--no-probe"}, ""},
      {"policy set", {"example.com", "--note", "a trial"}, ""},
      {"policy promote", {"example.com"}, ""},
      {"policy list", {}, ""},
      {"policy show", {"example.com"}, ""},
      {"policy export", {}, ""},
      {"policy import", {"-"}, "example.net\nco.uk\n"},
      {"policy remove", {"example.com"}, ""},
      {"exception list", {}, ""},
      {"exception export", {}, ""},
      {"exception import", {"-", "--end", end, "--reason", "moving"}, "example.net\n"},
      {"exception add", {"example.com", "--for", "2d", "--reason", "lapsed"}, ""},
      {"exception show", {"{number}"}, ""},
      {"exception remove", {"{number}"}, ""},
      {"user add",
       {"anna", "--grant", "*:administrator", "--password-file", "-"},
       "a-long-pass-phrase-for-a-test\n"},
      {"user add",
       {"ben", "--grant", "*:administrator", "--password-file", "-"},
       "a-long-pass-phrase-for-a-test\n"},
      {"user set", {"ben", "--grant", "main:viewer"}, ""},
      {"user list", {}, ""},
      {"user show", {"anna"}, ""},
      {"user remove", {"ben"}, ""},
      {"sts show", {}, ""},
      {"sts forget", {"example.com"}, ""},
      {"tls-report list", {}, ""},
      {"tls-report failures", {}, ""},
      {"tls-report sent", {}, ""},
      {"evidence list", {}, ""},
      {"evidence export", {}, ""},
      {"evidence forget", {"--before", "2001-01-01"}, ""},
      {"audit list", {}, ""},
      {"audit show", {"1"}, ""},
      {"audit verify", {}, ""},
      {"audit export", {}, ""},
      {"queue check", {}, ""},
  };
  return all;
}

// They need a running gateway, or the DNS: tests/scenarios tries them with both. Or they need a
// folder: tests/proof tries those.
const std::vector<std::string>& tried_elsewhere() {
  static const std::vector<std::string> all = {"serve",
                                               "status",
                                               "probe",
                                               "explain",
                                               "domain validate",
                                               "queue list",
                                               "queue show",
                                               "queue retry",
                                               "queue hold",
                                               "queue release",
                                               "queue remove",
                                               "queue recalculate",
                                               "queue export",
                                               "queue salvage",
                                               "backup",
                                               "sts refetch",
                                               "posture show",
                                               "tls-report show",
                                               "tls-report preview",
                                               "tls-report send",
                                               "certificate list",
                                               "certificate renew",
                                               "certificate roll"};
  return all;
}

std::vector<std::string> leaves() {
  std::vector<std::string> found;
  for (const CommandInfo& command : whole_tree()) {
    if (command.commands.empty()) found.push_back(command.path);
  }
  return found;
}

class EveryCommand : public CommandLine {
 protected:
  // The command with --json. An object with an id leaves it for the next example.
  int run_example(const Example& example) {
    std::vector<std::string> words;
    for (const auto word : base::split(example.command, ' ')) words.emplace_back(word);
    for (const std::string& argument : example.arguments) {
      words.push_back(argument == "{number}" ? number_ : argument);
    }
    words.emplace_back("--json");
    return run(words, example.input);
  }
  std::string number_;
};

TEST_F(EveryCommand, PrintsValidJsonAndNothingElse) {
  for (const Example& example : examples()) {
    const int code = run_example(example);
    EXPECT_NE(code, exit_usage) << example.command << ": " << err_;
    boost::json::error_code error;
    const auto value = boost::json::parse(out_, error);
    EXPECT_FALSE(error) << example.command << " --json printed: " << out_;
    const auto* object = error ? nullptr : value.if_object();
    const auto* id = object ? object->if_contains("id") : nullptr;
    if (id && id->is_int64()) number_ = std::to_string(id->as_int64());
  }
}

TEST_F(EveryCommand, IsTriedHereOrInTheScenarios) {
  std::vector<std::string> tried = tried_elsewhere();
  for (const Example& example : examples()) tried.push_back(example.command);
  std::ranges::sort(tried);
  tried.erase(std::ranges::unique(tried).begin(), tried.end());
  EXPECT_THAT(tried, ::testing::UnorderedElementsAreArray(leaves()));
}

TEST_F(EveryCommand, HasAHelpTextAndSoHasEachOfItsOptions) {
  for (const CommandInfo& command : whole_tree()) {
    EXPECT_FALSE(command.summary.empty()) << command.path;
    for (const OptionInfo& option : command.options) {
      EXPECT_FALSE(option.help.empty()) << command.path << " " << option.name;
    }
    std::vector<std::string> words;
    for (const auto word : base::split(command.path, ' ')) {
      if (!word.empty()) words.emplace_back(word);
    }
    words.emplace_back("--help");
    EXPECT_EQ(run(words), exit_ok) << command.path;
    EXPECT_THAT(out_, HasSubstr("--help")) << command.path;
    EXPECT_THAT(err_, IsEmpty()) << command.path;
  }
}

TEST_F(EveryCommand, HasTheSameVerbsInEveryGroupOfTheConfiguration) {
  std::map<std::string, std::vector<std::string>> verbs;
  for (const CommandInfo& command : whole_tree()) verbs[command.path] = command.commands;
  for (const char* group : {"account", "domain", "route", "sender", "policy", "exception"}) {
    for (const char* verb : {"list", "show", "add", "remove", "import", "export"}) {
      EXPECT_THAT(verbs[group], ::testing::Contains(verb)) << group;
    }
  }
}

}  // namespace
}  // namespace postern::cli
