// The scripts hold the tree as two tables: which words are commands, and what can follow them. The
// shell only looks up; nothing of the program runs while someone types.
#include <fmt/format.h>

#include <map>

#include "app/cli/command_tree.h"

namespace postern::cli {

namespace {

constexpr std::string_view made_by = "# Made by \"postern completion\"; do not edit.\n";

// In single quotes, as both shells read them.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// Every path that a word can lead to: "policy|policy add|...".
std::string command_paths(const std::vector<CommandInfo>& tree) {
  std::string paths;
  for (const CommandInfo& command : tree) {
    if (command.path.empty()) continue;
    paths += (paths.empty() ? "" : "|") + in_quotes(command.path);
  }
  return paths;
}

// What the word after an option can be, for every option that takes a value. One option has the
// same values wherever it stands, except where two commands disagree: then nothing is offered;
// where it is a flag elsewhere, what can follow a flag is.
struct Values {
  std::vector<std::string> words;
  bool file = false;
};
std::map<std::string, Values> option_values(const std::vector<CommandInfo>& tree) {
  std::map<std::string, Values> values;
  std::vector<std::string> flags;
  for (const CommandInfo& command : tree) {
    for (const OptionInfo& option : command.options) {
      if (option.positional()) continue;
      if (option.value.empty()) {
        flags.push_back(option.name);
        continue;
      }
      const auto [known, fresh] =
          values.try_emplace(option.name, Values{option.words, option.file});
      if (!fresh && known->second.words != option.words) known->second.words.clear();
    }
  }
  for (const std::string& flag : flags) values.erase(flag);
  return values;
}

bool takes_file(const CommandInfo& command) {
  for (const OptionInfo& option : command.options) {
    if (option.positional() && option.file) return true;
  }
  return false;
}

std::string bash_candidates(const CommandInfo& command, const CommandInfo& root) {
  std::vector<std::string> words = command.commands;
  for (const CommandInfo* from : {&command, &root}) {
    for (const OptionInfo& option : from->options) {
      if (!option.positional()) words.push_back(option.name);
    }
    if (&command == &root) break;
  }
  return joined(words);
}

std::string described(std::string_view word, std::string_view help) {
  std::string escaped;
  for (const char c : word) escaped += c == ':' ? "\\:" : std::string(1, c);
  return in_quotes(fmt::format("{}:{}", escaped, help));
}

const CommandInfo* find(const std::vector<CommandInfo>& tree, const std::string& path) {
  for (const CommandInfo& command : tree) {
    if (command.path == path) return &command;
  }
  return nullptr;
}

std::string zsh_candidates(const std::vector<CommandInfo>& tree, const CommandInfo& command) {
  std::string list;
  for (const std::string& name : command.commands) {
    const CommandInfo* child = find(tree, command.path.empty() ? name : command.path + " " + name);
    list += fmt::format("\n        {}", described(name, child ? child->summary : ""));
  }
  for (const CommandInfo* from : {&command, &tree.front()}) {
    for (const OptionInfo& option : from->options) {
      if (!option.positional()) list += "\n        " + described(option.name, option.help);
    }
    if (&command == &tree.front()) break;
  }
  return list;
}

}  // namespace

std::string bash_completion(const std::vector<CommandInfo>& tree) {
  std::string out = "# bash completion for postern\n" + std::string(made_by);
  out +=
      "_postern() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} where='' next i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    next=${where:+$where }${COMP_WORDS[i]}\n"
      "    case $next in\n";
  out += fmt::format("      {}) where=$next ;;\n    esac\n  done\n", command_paths(tree));
  out += "  case $prev in\n";
  for (const auto& [name, values] : option_values(tree)) {
    if (values.file) {
      out += fmt::format("    {}) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", name);
    } else if (values.words.empty()) {
      out += fmt::format("    {}) return ;;\n", name);
    } else {
      out += fmt::format("    {}) COMPREPLY=($(compgen -W {} -- \"$cur\")); return ;;\n", name,
                         in_quotes(joined(values.words)));
    }
  }
  out += "  esac\n  local words='' files=''\n  case $where in\n";
  for (const CommandInfo& command : tree) {
    out += fmt::format("    {}) words={}{} ;;\n", in_quotes(command.path),
                       in_quotes(bash_candidates(command, tree.front())),
                       takes_file(command) ? " files=yes" : "");
  }
  out +=
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
      "  [[ -n $files && $cur != -* ]] && COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
      "  return 0\n"
      "}\n"
      "complete -o filenames -F _postern postern\n";
  return out;
}

std::string zsh_completion(const std::vector<CommandInfo>& tree) {
  std::string out = "#compdef postern\n" + std::string(made_by);
  out +=
      "_postern() {\n"
      "  local where='' next files='' i\n"
      "  local -a list\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    next=\"${where:+$where }${words[i]}\"\n"
      "    case $next in\n";
  std::string paths = command_paths(tree);
  out += fmt::format("      ({})) where=$next ;;\n    esac\n  done\n", paths);
  out += "  case ${words[CURRENT-1]} in\n";
  for (const auto& [name, values] : option_values(tree)) {
    if (values.file) {
      out += fmt::format("    ({}) _files; return ;;\n", name);
    } else if (values.words.empty()) {
      out += fmt::format("    ({}) return ;;\n", name);
    } else {
      out += fmt::format("    ({}) compadd -- {}; return ;;\n", name, joined(values.words));
    }
  }
  out += "  esac\n  case $where in\n";
  for (const CommandInfo& command : tree) {
    out += fmt::format("    ({})\n      list=({}\n      ){} ;;\n", in_quotes(command.path),
                       zsh_candidates(tree, command), takes_file(command) ? "; files=yes" : "");
  }
  out +=
      "  esac\n"
      "  _describe 'postern' list\n"
      "  [[ -n $files ]] && _files\n"
      "}\n"
      "_postern \"$@\"\n";
  return out;
}

}  // namespace postern::cli
