// Runs every target on its corpus, without libFuzzer: on each file, on each of its beginnings, and
// with each byte turned into a few others, so that every test run walks all the refusals.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "targets.h"

namespace {

using Target = void (*)(std::string_view);
struct Named {
  const char* name;
  Target target;
};
constexpr std::array kTargets{
    Named{"sts_record", postern::fuzz::sts_record},
    Named{"sts_policy", postern::fuzz::sts_policy},
    Named{"tlsrpt_record", postern::fuzz::tlsrpt_record},
    Named{"tls_report", postern::fuzz::tls_report},
    Named{"tlsa", postern::fuzz::tlsa},
    Named{"report_mail", postern::fuzz::report_mail},
    Named{"mail_header", postern::fuzz::mail_header},
    Named{"downgraded_mail", postern::fuzz::downgraded_mail},
    Named{"proxy_header", postern::fuzz::proxy_header},
    Named{"mailbox", postern::fuzz::mailbox},
    Named{"domain_list", postern::fuzz::domain_list},
    Named{"acme_answer", postern::fuzz::acme_answer},
    Named{"message_content", postern::fuzz::message_content},
    Named{"spf_record", postern::fuzz::spf_record},
    Named{"dns_record", postern::fuzz::dns_record},
    Named{"certificate", postern::fuzz::certificate},
    Named{"queue_row", postern::fuzz::queue_row},
    Named{"csv_table", postern::fuzz::csv_table},
    Named{"request_target", postern::fuzz::request_target},
    Named{"api_body", postern::fuzz::api_body},
    Named{"settings", postern::fuzz::settings},
    Named{"server_session", postern::fuzz::server_session},
    Named{"client_session", postern::fuzz::client_session},
};
constexpr std::size_t kLongestToVary = 2000;
constexpr std::string_view kOtherBytes("\0\n \"(:;=\\\x1b\xC3\xFF", 12);

int run(Target target, const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  target(bytes);
  if (bytes.size() > kLongestToVary) return 1;
  int runs = 1;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    target(std::string_view(bytes).substr(0, i));
    std::string varied = bytes;
    varied[i] = kOtherBytes[i % kOtherBytes.size()];
    target(varied);
    runs += 2;
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_replay CORPUS\n");
    return 2;
  }
  for (const Named& named : kTargets) {
    int files = 0;
    int runs = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(argv[1]) / named.name)) {
      runs += run(named.target, entry.path());
      ++files;
    }
    std::printf("%s: %d files, %d runs\n", named.name, files, runs);
    if (files == 0) return 1;  // a corpus that is not there proves nothing
  }
  return 0;
}
