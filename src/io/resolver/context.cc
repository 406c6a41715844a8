#include "io/resolver/context.h"

#include <fmt/core.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "core/base/text.h"

namespace postern::resolver {
namespace {

constexpr const char* kDebianTrustAnchor = "/usr/share/dns/root.key";

std::unexpected<base::Failure> refused(std::string_view what, int error) {
  return base::fail("resolver-setup",
                    fmt::format("The DNS resolver cannot be set up: libunbound refuses {}: {}.",
                                what, ub_strerror(error)));
}

struct Option {
  const char* name;
  const char* value;
};

// Sizes: with its defaults libunbound answers a tenth as often from its cache as with these.
// With its default of 16 sockets it has 16 questions under way: with 50 ms to the server that is
// 320 a second, which a list of domains to probe needs for 80 of them. A socket is open while it
// waits. Localhost may be asked, as that is where a forwarder often is. Private ranges have reverse
// zones where a company serves them; unsigned ones, as the root cannot know them.
constexpr Option kOptions[] = {{"msg-cache-size:", "64m"},          {"rrset-cache-size:", "128m"},
                               {"num-queries-per-thread:", "4096"}, {"outgoing-range:", "1024"},
                               {"do-not-query-localhost:", "no"},   {"unblock-lan-zones:", "yes"},
                               {"insecure-lan-zones:", "yes"},      {"use-syslog:", "no"}};

base::Result<> set_options(ub_ctx* context, const ResolverSettings& settings) {
  for (const Option& option : kOptions) {
    const int error = ub_ctx_set_option(context, option.name, option.value);
    if (error != 0) return refused(option.name, error);
  }
  if (settings.edns_over_tcp_only) {
    const int error = ub_ctx_set_option(context, "tcp-upstream:", "yes");
    if (error != 0) return refused("tcp-upstream", error);
  }
  return {};
}

base::Result<> add_trust_anchor(ub_ctx* context, const ResolverSettings& settings) {
  const bool chosen = !settings.trust_anchor_file.empty();
  const std::string file = chosen ? settings.trust_anchor_file : kDebianTrustAnchor;
  if (::access(file.c_str(), R_OK) != 0) {
    if (!chosen) return {};
    return base::fail(
        "resolver-setup",
        fmt::format("The DNSSEC trust anchor {} cannot be read. Correct the setting, or "
                    "leave it out to use {} (package dns-root-data).",
                    base::printable(file), kDebianTrustAnchor));
  }
  const int error = ub_ctx_add_ta_file(context, file.c_str());
  if (error != 0) return refused("the trust anchor " + base::printable(file), error);
  return {};
}

base::Result<> add_forwarder(ub_ctx* context, const std::string& address) {
  const int error = ub_ctx_set_fwd(context, address.c_str());
  if (error != 0) return refused("the DNS server " + base::printable(address), error);
  return {};
}

// The addresses of its "nameserver" lines; without any, resolv.conf(5) means the local machine.
base::Result<std::vector<std::string>> servers_of(const std::string& file) {
  std::ifstream in(file);
  if (!in) {
    return base::fail(
        "resolver-setup",
        fmt::format("No DNS server is known: {} cannot be read, and the configuration "
                    "names none. List DNS servers under [resolver] forwarders, or set "
                    "iterate = true to ask the root servers.",
                    base::printable(file)));
  }
  std::vector<std::string> servers;
  for (std::string line; std::getline(in, line);) {
    std::string_view rest = base::trim(line);
    if (!rest.starts_with("nameserver")) continue;
    rest.remove_prefix(std::string_view("nameserver").size());
    const std::string_view address = base::trim(rest);
    if (address.size() == rest.size()) continue;  // "nameservers"
    servers.emplace_back(address.substr(0, address.find_first_of(" \t")));
  }
  if (servers.empty()) servers.emplace_back("127.0.0.1");
  return servers;
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// Answers with whom questions go to, for people.
base::Result<std::string> set_upstream(ub_ctx* context, const ResolverSettings& settings) {
  if (settings.iterate) return std::string("the DNS servers of the domain");
  std::vector<std::string> names;
  for (const base::Endpoint& server : settings.forwarders) {
    const std::string address = fmt::format("{}@{}", server.address.to_string(), server.port);
    if (auto added = add_forwarder(context, address); !added) {
      return std::unexpected(std::move(added.error()));
    }
    names.push_back(server.to_string());
  }
  if (!names.empty()) return fmt::format("the DNS server {}", join(names));
  auto servers = servers_of(settings.resolv_conf);
  if (!servers) return std::unexpected(std::move(servers.error()));
  for (const std::string& server : *servers) {
    if (auto added = add_forwarder(context, server); !added) {
      return std::unexpected(std::move(added.error()));
    }
    names.push_back(base::printable(server));
  }
  return fmt::format("the DNS server {} (from {})", join(names),
                     base::printable(settings.resolv_conf));
}

}  // namespace

base::Result<Context> make_context(const ResolverSettings& settings) {
  Context context;
  context.handle.reset(ub_ctx_create());
  ub_ctx* handle = context.handle.get();
  if (handle == nullptr) return refused("to start", UB_NOMEM);
  ub_ctx_debugout(handle, nullptr);  // what it has to say comes with each answer, not on stderr
  if (const int error = ub_ctx_async(handle, 1); error != 0) return refused("a thread", error);
  if (auto set = set_options(handle, settings); !set)
    return std::unexpected(std::move(set.error()));
  if (auto added = add_trust_anchor(handle, settings); !added) {
    return std::unexpected(std::move(added.error()));
  }
  auto upstream = set_upstream(handle, settings);
  if (!upstream) return std::unexpected(std::move(upstream.error()));
  context.upstream = std::move(*upstream);
  // libunbound answers for "test." itself unless told otherwise. This also finalizes the context,
  // so that a trust anchor which makes no sense is found now, and not by the first question.
  if (const int error = ub_ctx_zone_add(handle, "test.", "transparent"); error != 0) {
    return refused(
        "the settings (is the trust anchor file in zone format, with DNSKEY or DS records?)",
        error);
  }
  return context;
}

}  // namespace postern::resolver
