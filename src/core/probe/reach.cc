#include "core/probe/reach.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace postern::probe {
namespace {

// Networks that organisations use inside; never the machine itself, nor its neighbours by
// link-local address, where a cloud's secrets are served.
bool is_private(const base::IpAddress& address) {
  static const std::array ranges{
      *base::IpRange::parse("10.0.0.0/8"), *base::IpRange::parse("172.16.0.0/12"),
      *base::IpRange::parse("192.168.0.0/16"), *base::IpRange::parse("100.64.0.0/10"),
      *base::IpRange::parse("fc00::/7")};
  return std::ranges::any_of(ranges, [&](const auto& range) { return range.contains(address); });
}

bool has_server_there(const policy::PolicyBook& book, base::AccountId account,
                      const base::IpAddress& address) {
  return std::ranges::any_of(book.configuration().senders, [&](const auto& sender) {
    return sender.account == account && sender.range && sender.range->contains(address);
  });
}

}  // namespace

std::optional<queue::Status> refusal(const Reach& reach, const route::HostPlan& host,
                                     const base::IpAddress& address, const policy::PolicyBook& book,
                                     base::AccountId account) {
  if (reach.limits == Reach::Limits::none || !address.is_special()) return std::nullopt;
  const bool allowed = std::ranges::any_of(
      reach.allowed, [&](const base::IpRange& range) { return range.contains(address); });
  if (allowed) return std::nullopt;
  const bool internal = host.kind == route::HopKind::internal_route;
  if (internal && is_private(address) && has_server_there(book, account, address)) {
    return std::nullopt;
  }
  queue::Status status;
  status.code = "address-not-allowed";
  status.enhanced = "4.4.4";
  status.text = fmt::format(
      "{} leads to {}, an address inside a network, which is not connected to from here.",
      host.label, address.to_string());
  return status;
}

}  // namespace postern::probe
