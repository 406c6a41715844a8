#include "core/queue/attempt.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"

namespace postern::queue {
namespace {

using Fate = RecipientResult::Fate;

// The further a host came, the more its failure tells. 0 is left to what has no demand at all.
int rank_of(const tls::Unmet& unmet) {
  struct Ranks {
    int operator()(const tls::Unresolved&) const { return 1; }
    int operator()(const tls::HostIn&) const { return 2; }
    int operator()(const tls::Encrypt&) const { return 3; }
    int operator()(const tls::AtLeast&) const { return 4; }
    int operator()(const tls::Announce&) const { return 5; }
    int operator()(const tls::Authenticate&) const { return 6; }
  };
  return std::visit(Ranks{}, unmet.demand.wish);
}

Status status_of(const tls::Unmet& unmet, std::string_view host) {
  Status status;
  status.code = unmet.reason.code;
  status.enhanced = "4." + std::string(tls::reason_info(unmet.reason.code).enhanced);
  status.text = unmet.reason.sentence;
  status.host = host;
  return status;
}

}  // namespace

Status status_for_now(const base::Failure& failure, std::string_view host) {
  Status status;
  status.code = failure.code;
  status.enhanced = "4." + std::string(tls::reason_info(failure.code).enhanced);
  status.text = base::printable(failure.text);
  status.host = host;
  return status;
}

HostWalk::HostWalk(const route::RoutePlan& plan, std::size_t recipients, Limits limits,
                   std::vector<std::size_t> order)
    : plan_(plan),
      limits_(limits),
      order_(std::move(order)),
      results_(recipients),
      answered_(recipients),
      closed_(recipients) {
  if (!plan.failure) return;
  stopped_ = true;
  Status status = status_for_now(*plan.failure, "");
  if (plan.permanent) {
    status.enhanced[0] = '5';
    results_.assign(recipients, {Fate::failed, status});
    closed_.assign(recipients, true);
    return;
  }
  note(status, std::nullopt);
}

const route::HostPlan& HostWalk::host() const {
  return plan_.hosts[order_.empty() ? host_ : order_[host_]];
}

std::optional<HostWalk::Target> HostWalk::next() {
  while (!stopped_ && host_ < plan_.hosts.size()) {
    const route::HostPlan& host = this->host();
    if ((!entered_ && !enter_host()) || address_ == host.addresses.size()) {
      ++host_;
      address_ = 0;
      entered_ = false;
      continue;
    }
    if (connected_ == limits_.addresses || sessions_ >= limits_.sessions || open().empty()) break;
    ++connected_;
    return Target{&host, host.addresses[address_++]};
  }
  stopped_ = true;
  return std::nullopt;
}

// What can be said of a host before connecting: a forbidden one is not even connected to.
bool HostWalk::enter_host() {
  const route::HostPlan& host = this->host();
  entered_ = true;
  if (std::ranges::find(left_out_, &host) != left_out_.end()) return false;
  if (auto unmet = tls::judge_host(host.requirement, host.host)) {
    Status status = status_of(*unmet, host.label);
    note(status, unmet);
    skipped_.push_back({&host, std::move(status), std::move(unmet)});
    return false;
  }
  if (host.unusable || host.addresses.empty()) {
    const base::Failure none{"mx-without-address", host.label + " has no address.", ""};
    Status status = status_for_now(host.unusable.value_or(none), host.label);
    note(status, std::nullopt);
    skipped_.push_back({&host, std::move(status), std::nullopt});
    return false;
  }
  return true;
}

void HostWalk::note(const Status& status, const std::optional<tls::Unmet>& unmet) {
  const int rank = unmet ? rank_of(*unmet) : 0;
  // A lookup may succeed the next time, as a connection may.
  const bool for_now = !unmet || std::holds_alternative<tls::Unresolved>(unmet->demand.wish);
  if (for_now) other_failure_ = true;
  if (rank <= best_rank_) return;  // of equal ones the first, which is the preferred host's
  best_rank_ = rank;
  best_status_ = status;
  best_unmet_ = unmet;
}

void HostWalk::on_unusable(const Status& status, const std::optional<tls::Unmet>& unmet) {
  note(status, unmet);
}

void HostWalk::on_served(std::span<const std::size_t> asked,
                         std::span<const RecipientResult> results, After after) {
  ++sessions_;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::size_t recipient = asked[i];
    results_[recipient] = results[i];
    answered_[recipient] = true;
    const bool for_now = results[i].fate == Fate::deferred || results[i].fate == Fate::pending;
    closed_[recipient] = !for_now || after == After::no_other_host;
    if (for_now) other_failure_ = true;
  }
}

std::vector<std::size_t> HostWalk::open() const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < closed_.size(); ++i) {
    if (!closed_[i]) indices.push_back(i);
  }
  return indices;
}

std::vector<RecipientResult> HostWalk::results() const {
  std::vector<RecipientResult> all = results_;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (answered_[i] || all[i].fate != Fate::pending) continue;
    all[i] = {Fate::deferred, best_status_};
  }
  return all;
}

}  // namespace postern::queue
