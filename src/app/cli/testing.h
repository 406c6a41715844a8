// For tests: a command line, typed as a person types it, on records of its own.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "app/cli/cli.h"
#include "io/records/temporary_records.h"

namespace postern::cli::testing {

class CommandLine : public ::testing::Test {
 protected:
  // One command line; out_ and err_ hold what it printed.
  int run(const std::vector<std::string>& words, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Context context{
        .in = in, .out = out, .err = err, .config_file = {}, .data_dir = folder_.file("")};
    context.capture_pins = capture_pins_;
    std::vector<const char*> arguments{"postern"};
    for (const std::string& word : words) arguments.push_back(word.c_str());
    const int code = cli::run(static_cast<int>(arguments.size()), arguments.data(), context);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  [[nodiscard]] boost::json::value json() const { return boost::json::parse(out_); }
  policy::Configuration configuration() { return records::open_records(folder_)->load().value(); }
  std::string file(const std::string& text) {
    std::ofstream(folder_.file("input")) << text;
    return folder_.file("input");
  }

  records::TemporaryFolder folder_;
  decltype(Context::capture_pins) capture_pins_;
  std::string out_;
  std::string err_;
};

}  // namespace postern::cli::testing
