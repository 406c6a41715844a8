// TXT records as a person has them at hand.
//
//   v=STSv1; id=1;                                      as it stands in the DNS
//   "v=STSv1; " "id=1;"                                 as dig +short prints it, in two strings
//   _mta-sts.example.com. 300 IN TXT "v=STSv1; id=1;"   as a zone file has it
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"

namespace postern::lint {

struct TxtInput {
  int line = 0;       // where it begins, from 1
  std::string owner;  // as written, escaped; empty if none is
  std::string text;   // its strings joined
};

[[nodiscard]] std::vector<TxtInput> read_txt_input(std::string_view input,
                                                   std::vector<base::Finding>& findings);

}  // namespace postern::lint
