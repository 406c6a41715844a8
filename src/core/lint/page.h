// What `postern lint` says about one text: whether it counts, what it means, what is wrong with it.
// The parsers are those that the gateway itself uses; here their values become plain words.
#pragma once

#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/json_writer.h"

namespace postern::lint {

struct Page {
  std::string kind;   // "sts-policy"
  std::string title;  // "MTA-STS policy"
  bool valid = false;
  std::vector<std::string> meaning{};  // sentences; empty if it is not valid
  std::vector<base::Finding> findings{};
  std::string value{};  // what was read, as JSON; empty if it is not valid
};

[[nodiscard]] std::string text(const Page& page);  // lines for a terminal
void write_json(base::JsonWriter& json, const Page& page);

}  // namespace postern::lint
