#include "app/cli/command_tree.h"

#include <gmock/gmock.h>

namespace postern::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

OptionInfo option(std::string name, std::string value, std::string help) {
  OptionInfo made;
  made.name = std::move(name);
  made.value = std::move(value);
  made.help = std::move(help);
  return made;
}

std::vector<CommandInfo> small_tree() {
  OptionInfo config = option("--config", "FILE", "The configuration");
  config.file = true;
  OptionInfo mode = option("--mode", "MODE", "How strict it is; don't guess");
  mode.words = {"relaxed", "strict"};
  OptionInfo domain = option("domain", "DOMAIN", "The domain");
  domain.required = domain.many = true;
  OptionInfo file = option("file", "FILE", "The list");
  file.required = file.file = true;
  return {
      {"", "A gateway", "", {config, option("--json", "", "Print JSON")}, {"policy", "version"}},
      {"policy", "Policies: the rules", "", {}, {"add", "import"}},
      {"policy add", "Add one", "", {domain, mode}, {}},
      {"policy import", "Add many", "Exit code: 3 in part.", {file}, {}},
      {"version", "Print the version", "", {}, {}}};
}

TEST(BashCompletion, OffersCommandsOptionsWordsAndFiles) {
  EXPECT_THAT(bash_completion(small_tree()),
              AllOf(HasSubstr("'policy'|'policy add'|'policy import'|'version') where=$next"),
                    HasSubstr("'') words='policy version --config --json' ;;"),
                    HasSubstr("'policy add') words='--mode --config --json' ;;"),
                    HasSubstr("--mode) COMPREPLY=($(compgen -W 'relaxed strict' -- \"$cur\"))"),
                    HasSubstr("--config) COMPREPLY=($(compgen -f -- \"$cur\"))"),
                    HasSubstr("'policy import') words='--config --json' files=yes ;;")));
}

TEST(BashCompletion, OffersNoValuesForAnOptionThatIsAFlagElsewhere) {
  auto tree = small_tree();
  tree[3].options.push_back(option("--require-tls", "yes|no", "What the lines say"));
  EXPECT_THAT(bash_completion(tree), HasSubstr("\n    --require-tls)"));
  tree[2].options.push_back(option("--require-tls", "", "Refuse plaintext"));
  EXPECT_THAT(bash_completion(tree), Not(HasSubstr("\n    --require-tls)")));
}

TEST(ZshCompletion, DescribesCommandsAndQuotesTheirTexts) {
  EXPECT_THAT(
      zsh_completion(small_tree()),
      AllOf(testing::StartsWith("#compdef postern\n"), HasSubstr("'policy:Policies: the rules'"),
            HasSubstr("'add:Add one'"), HasSubstr("'--mode:How strict it is; don'\\''t guess'"),
            HasSubstr("(--mode) compadd -- relaxed strict; return ;;")));
}

TEST(ManPage, ShowsEveryCommandWithItsArgumentsAndOptions) {
  EXPECT_THAT(
      man_page(small_tree()),
      AllOf(HasSubstr(".TH POSTERN 1"), HasSubstr("\\fBpostern policy add\\fR \\fIDOMAIN\\fR..."),
            HasSubstr("\\fB\\-\\-mode\\fR \\fIMODE\\fR\nHow strict it is; don't guess.\n"
                      "One of: relaxed, strict."),
            HasSubstr("Exit code: 3 in part."), HasSubstr(".SS policy\n")));
}

TEST(ManPage, NeverBeginsALineOfTextWithAControlCharacter) {
  auto tree = small_tree();
  tree.back().summary = ".so /etc/passwd";
  EXPECT_THAT(man_page(tree), AllOf(HasSubstr("\n\\&.so /etc/passwd"), Not(HasSubstr("\n.so"))));
}

}  // namespace
}  // namespace postern::cli
