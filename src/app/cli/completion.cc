// postern completion bash | zsh, postern docs man
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "app/cli/cli.h"
#include "app/cli/command_tree.h"
#include "core/base/text.h"

namespace postern::cli {

namespace {

// The words of values that the parser takes as free text, because its messages say more.
struct Words {
  std::string_view option;
  std::string_view words;
};
constexpr Words known_words[] = {
    {"--mode", "opportunistic relaxed strict"},
    {"--stage", "enforce monitor"},
    {"--require", "any pkix dane"},
    {"--floor", "standard tls1.3 legacy"},
    {"--on-failure", "defer bounce"},
    {"--tls", "starttls implicit"},
    {"--direction", "both delivery receipt"},
    {"--hop", "partner-to-gateway gateway-to-internal internal-to-gateway gateway-to-partner"},
    {"--outcome", "accepted delivered deferred refused bounced probed"},
};

std::vector<std::string> words_of(const OptionInfo& option, const std::string& type) {
  std::vector<std::string> words;
  const auto open = type.find('{');  // as CLI::IsMember writes it
  std::string text;
  if (open != std::string::npos) {
    text = type.substr(open + 1, type.find('}') - open - 1);
    std::ranges::replace(text, ',', ' ');
  } else {
    for (const Words& known : known_words) {
      if (known.option == option.name) text = known.words;
    }
  }
  if (text.empty()) return words;
  for (const std::string_view word : base::split(text, ' ')) words.emplace_back(word);
  return words;
}

bool names_file(const OptionInfo& option) {
  return option.value == "FILE" || option.name == "file" || option.name == "--config" ||
         option.name == "--data-dir" || option.name.ends_with("file") ||
         option.name == "--certificate";
}

OptionInfo info_of(const CLI::Option& option) {
  OptionInfo info;
  const bool positional = option.nonpositional() == false;
  info.name = positional ? option.get_name(true) : "--" + option.get_lnames().at(0);
  info.help = option.get_description();
  info.required = option.get_required();
  info.many = option.get_items_expected_max() > 1;
  if (option.get_items_expected_max() > 0) {
    const std::string type = option.get_type_name();
    info.value = type.substr(0, type.find(':'));
    if (info.value == "TEXT" && positional) info.value = info.name;
    std::ranges::transform(info.value, info.value.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    info.words = words_of(info, type);
    info.file = names_file(info);
  }
  return info;
}

void add_command(std::vector<CommandInfo>& tree, const CLI::App& command, const std::string& path) {
  const std::size_t at = tree.size();
  tree.push_back({path, command.get_description(), command.get_footer(), {}, {}});
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    if (option->nonpositional() && option->get_lnames().empty()) continue;
    tree[at].options.push_back(info_of(*option));
  }
  for (const CLI::App* child : command.get_subcommands(nullptr)) {
    if (child->get_group().empty()) continue;
    tree[at].commands.push_back(child->get_name());
    add_command(tree, *child, path.empty() ? child->get_name() : path + " " + child->get_name());
  }
}

}  // namespace

std::vector<CommandInfo> command_tree(const CLI::App& root) {
  std::vector<CommandInfo> tree;
  add_command(tree, root, "");
  return tree;
}

void add_completion_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand("completion", "Print a script that completes commands");
  group->require_subcommand(1);
  group
      ->add_subcommand("bash",
                       "For bash: postern completion bash > "
                       "/usr/share/bash-completion/completions/postern")
      ->callback(
          [&root, &context] { print_page(context, "bash", bash_completion(command_tree(root))); });
  group->add_subcommand("zsh", "For zsh: save it as _postern in a folder of $fpath")
      ->callback(
          [&root, &context] { print_page(context, "zsh", zsh_completion(command_tree(root))); });

  CLI::App* docs = root.get_subcommand("docs");  // of add_config_commands
  docs->add_subcommand("man", "The manual page postern(1)")->callback([&root, &context] {
    print_page(context, "man", man_page(command_tree(root)));
  });
}

}  // namespace postern::cli
