// What became of each domain that a command named: sentences, refusals to standard error, or JSON.
#pragma once

#include <string>
#include <vector>

#include "app/cli/cli.h"

namespace postern::cli {

class Report {
 public:
  explicit Report(Context& context) : context_(context) {}
  // `result`: "added", "unchanged", "changed", "removed", ...; `text`: one sentence.
  void add(std::string domain, std::string result, std::string text);
  void refuse(std::string domain, const base::Failure& failure);
  // Prints it; the exit code.
  [[nodiscard]] int print() const;

 private:
  struct Done {
    std::string domain;
    std::string result;
    std::string text;
  };
  Context& context_;
  std::vector<Done> done_;
  std::size_t refused_ = 0;
};

}  // namespace postern::cli
