// Kills a program that uses the spool, again and again, and looks what is left.
//
//   spool_crash [--kills N] [--seed S] [--folder DIR]
//
// By turns the process is killed at a random moment on the real disk (what was written stays), and
// the power fails at a random disk operation (what was not synced is lost, or half there). After
// each: every acknowledged message is there exactly once with its body intact, no settled delivery
// has come back, settlement, bounce and evidence happened together or not at all, and opening took
// less than two seconds. The first wrong thing ends the run and leaves the folder for inspection.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>

#include "forgetful_disk.h"
#include "io/spool/testing/spool_world.h"
#include "load.h"
#include "truth.h"

namespace postern::crash {
namespace {

struct Options {
  int kills = 24;
  std::uint64_t seed = 1;
  std::string folder;
};

enum class Way { kill_process, lose_power };

// Runs the load in a child and reads its report to the end.
class Round {
 public:
  Round(std::string directory, std::uint64_t seed, Way way)
      : directory_(std::move(directory)), seed_(seed), way_(way), random_(seed * 7919) {}

  // The child's wait status.
  int run(Truth& truth) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    const pid_t child = ::fork();
    if (child < 0) std::abort();
    if (child == 0) {
      ::close(ends[0]);
      ::_exit(load(ends[1]));
    }
    ::close(ends[1]);
    const std::int64_t kill_after =
        way_ == Way::kill_process ? static_cast<std::int64_t>(random_() % 1200) : INT64_MAX;
    listen(ends[0], truth, child, kill_after);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }

 private:
  int load(int report) {
    const LoadPlan plan{.directory = directory_, .seed = seed_, .report = report};
    if (way_ == Way::kill_process) return run_load(plan, spool::posix_files());
    // From the very first operations of opening to far into the load.
    const std::int64_t fatal = 1 + static_cast<std::int64_t>(random_() % (10u << random_() % 11));
    Disk disk(seed_, fatal);
    return run_load(plan, forgetful_files(disk));
  }

  static void listen(int pipe, Truth& truth, pid_t child, std::int64_t kill_after) {
    std::string rest;
    char buffer[4096];
    std::int64_t lines = 0;
    bool killed = false;
    const auto kill_once = [&] {
      if (!std::exchange(killed, true)) ::kill(child, SIGKILL);
    };
    if (kill_after == 0) kill_once();
    for (;;) {
      const ssize_t got = ::read(pipe, buffer, sizeof buffer);
      if (got <= 0) break;
      rest.append(buffer, static_cast<std::size_t>(got));
      std::size_t from = 0;
      for (std::size_t end; (end = rest.find('\n', from)) != std::string::npos; from = end + 1) {
        truth.learn(std::string_view(rest).substr(from, end - from));
        if (++lines == kill_after) kill_once();
      }
      rest.erase(0, from);
    }
  }

  std::string directory_;
  std::uint64_t seed_;
  Way way_;
  std::mt19937_64 random_;
};

bool was_killed_or_ended_well(int status) {
  return (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ||
         (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

std::vector<std::string> inspect(const std::string& directory, Truth& truth) {
  const auto before = std::chrono::steady_clock::now();
  auto opened = spool::Spool::open(settings_for(directory), 1);
  const auto took = std::chrono::steady_clock::now() - before;
  if (!opened) return {"The spool does not open: " + opened.error().text};
  net::Shard shard;
  auto wrong = truth.check(**opened, shard);
  if (took > std::chrono::seconds(2)) wrong.push_back("Opening took more than two seconds.");
  return wrong;
}

int run(const Options& options) {
  const spool::testing::TemporaryFolder temporary;
  const std::string folder = options.folder.empty() ? temporary.path() : options.folder;
  const std::string directory = folder + "/queue";
  Truth truth;
  int killed = 0;
  for (int i = 0; i < options.kills; ++i) {
    const std::uint64_t seed = options.seed * 100'000 + static_cast<std::uint64_t>(i) + 1;
    const Way way = i % 2 == 0 ? Way::lose_power : Way::kill_process;
    const int status = Round(directory, seed, way).run(truth);
    if (WIFSIGNALED(status)) ++killed;
    auto wrong = inspect(directory, truth);
    if (!was_killed_or_ended_well(status)) wrong.push_back("The load itself failed.");
    if (wrong.empty()) continue;
    fmt::print("Round {} ({}, seed {}):\n", i,
               way == Way::lose_power ? "the power failed" : "killed", options.seed);
    for (const auto& sentence : wrong) fmt::print("  {}\n", sentence);
    const std::string kept = fmt::format("/tmp/postern-crash-{}", ::getpid());
    std::filesystem::copy(directory, kept, std::filesystem::copy_options::recursive);
    fmt::print("The queue is kept in {}.\n", kept);
    return 1;
  }
  fmt::print(
      "{} crashes in {} rounds: {} messages acknowledged, {} deliveries settled, {} queued; "
      "none lost, none twice, none half.\n",
      killed, options.kills, truth.stored(), truth.settled(), truth.alive());
  return killed > 0 && truth.stored() > 0 ? 0 : 1;
}

bool read_options(int count, char** words, Options& options) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    const std::string_view value = words[i + 1];
    const char* const end = value.data() + value.size();
    if (name == "--kills") {
      if (std::from_chars(value.data(), end, options.kills).ptr != end) return false;
    } else if (name == "--seed") {
      if (std::from_chars(value.data(), end, options.seed).ptr != end) return false;
    } else if (name == "--folder") {
      options.folder = value;
    } else {
      return false;
    }
  }
  return count % 2 == 1;
}

}  // namespace
}  // namespace postern::crash

int main(int count, char** words) {
  postern::crash::Options options;
  if (!postern::crash::read_options(count, words, options)) {
    fmt::print(stderr, "spool_crash [--kills N] [--seed S] [--folder DIR]\n");
    return 2;
  }
  return postern::crash::run(options);
}
