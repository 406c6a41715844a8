// The tree of commands as plain values, read from the parser itself: what shell completion and the
// manual page are made from, so that neither can fall behind.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace postern::cli {

struct OptionInfo {
  std::string name;   // "--mode"; a positional one has no hyphens: "domain"
  std::string value;  // what stands for its value, "MODE"; empty: it takes none
  std::string help;
  std::vector<std::string> words;  // what the value can be, if that is a short list
  bool file = false;               // the value names a file or folder
  bool required = false;
  bool many = false;
  [[nodiscard]] bool positional() const { return !name.starts_with("-"); }
};

struct CommandInfo {
  std::string path;  // "policy add"; "" for the program
  std::string summary;
  std::string footer;
  std::vector<OptionInfo> options;
  std::vector<std::string> commands;  // names of those below
  [[nodiscard]] std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

// Parents before their children, in the order of the help texts.
[[nodiscard]] std::vector<CommandInfo> command_tree(const CLI::App& root);

[[nodiscard]] std::string bash_completion(const std::vector<CommandInfo>& tree);
[[nodiscard]] std::string zsh_completion(const std::vector<CommandInfo>& tree);
[[nodiscard]] std::string man_page(const std::vector<CommandInfo>& tree);

}  // namespace postern::cli
