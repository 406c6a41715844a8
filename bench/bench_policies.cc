// What a policy decision costs with 10, 10,000 and 1,000,000 policies: building the book, finding
// the winner, and the whole requirement of an MX host with its explanation. Medians of many rounds,
// on one core, as a JSON line each.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "core/policy/demands.h"
#include "core/policy/policy_book.h"
#include "core/route/sources.h"

namespace {

using namespace postern;
using Clock = std::chrono::steady_clock;

constexpr base::AccountId kAccount{1};

dns::Domain domain(const std::string& text) { return dns::Domain::from_ascii(text).value(); }

// One in ten is a wildcard; names have the length of real ones.
policy::Configuration policies(std::size_t count) {
  policy::Configuration all;
  all.accounts = {{kAccount, "main", "", ""}};
  all.policies.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    policy::Policy one;
    one.id = base::PolicyId{static_cast<std::int64_t>(i + 1)};
    one.account = kAccount;
    one.scope.base = domain(fmt::format("partner-{}.example-{}.com", i, i % 97));
    one.scope.wildcard = i % 10 == 9;
    all.policies.push_back(std::move(one));
  }
  return all;
}

// Half of them under a policy, in an order that defeats the cache.
std::vector<dns::Domain> questions(std::size_t count) {
  std::mt19937_64 chance(20261123);
  std::vector<dns::Domain> asked;
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t n = chance() % count;
    const char* prefix = n % 10 == 9 ? "mail.dept." : i % 2 == 0 ? "" : "other.";
    asked.push_back(domain(fmt::format("{}partner-{}.example-{}.com", prefix, n, n % 97)));
  }
  return asked;
}

template <class Work>
double median_ns(const std::vector<dns::Domain>& asked, Work work) {
  constexpr std::size_t kBatch = 20;  // a clock reading costs as much as a lookup
  std::vector<double> costs;
  for (std::size_t i = 0; i + kBatch <= asked.size(); i += kBatch) {
    const auto start = Clock::now();
    for (std::size_t j = 0; j < kBatch; ++j) work(asked[i + j]);
    const std::chrono::duration<double, std::nano> took = Clock::now() - start;
    costs.push_back(took.count() / kBatch);
  }
  std::ranges::nth_element(costs, costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2));
  return costs[costs.size() / 2];
}

}  // namespace

int main() {
  const base::Instant now = base::instant(1'800'000'000'000'000);
  std::size_t found = 0;
  for (const std::size_t count : {std::size_t{10}, std::size_t{10'000}, std::size_t{1'000'000}}) {
    policy::Configuration all = policies(count);
    const auto start = Clock::now();
    const policy::PolicyBook book(std::move(all));
    const std::chrono::duration<double, std::milli> build = Clock::now() - start;
    const auto asked = questions(count);
    const double winner = median_ns(asked, [&](const dns::Domain& name) {
      if (book.delivery_winner(kAccount, name, now).policy != nullptr) ++found;
    });
    const double whole = median_ns(asked, [&](const dns::Domain& name) {
      const route::DomainSources sources{book.delivery_policy(kAccount, name, now),
                                         book.exception(kAccount, name, now),
                                         tls::Mode::opportunistic};
      found += route::mx_requirement(sources, {name, name, false, false, {}}, {}).demands().size();
    });
    fmt::print(
        "{{\"policies\":{},\"build_ms\":{:.1f},\"winner_ns\":{:.0f},\"requirement_ns\":{:.0f}}}\n",
        count, build.count(), winner, whole);
  }
  return found == 0 ? 1 : 0;
}
