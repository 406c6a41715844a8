// For tests of the draft: a book with an internal domain and its routes, and what looks find.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/onboarding/finish_plan.h"
#include "core/policy/demands.h"
#include "core/policy/testing.h"

namespace postern::onboarding::testing {

using namespace policy::testing;

// Example Ltd with corp.example, and two servers for it.
struct Office {
  policy::Configuration configuration = policy::testing::configuration();
  base::Instant now = noon();
  Draft draft;

  Office() {
    configuration.domains = {internal("corp.example")};
    configuration.internal_routes = {internal_route("corp.example", "mx1.corp.example"),
                                     internal_route("corp.example", "mx2.corp.example")};
    policy::testing::number(configuration);
  }
  [[nodiscard]] policy::InternalRoute& route(std::size_t i) {
    return configuration.internal_routes[i];
  }
  // A look at the draft with what is configured now.
  template <class Look>
  auto see(Look look) {
    policy::Configuration copy = configuration;
    policy::testing::number(copy);
    const policy::PolicyBook book(std::move(copy));
    return look(Scene{book, kMain, now});
  }
  [[nodiscard]] std::string blocked() {
    return see([&](const Scene& scene) { return why_not(draft, scene); });
  }
  [[nodiscard]] base::Result<> write(std::string_view lines) {
    return see([&](const Scene& scene) { return add_lines(draft, lines, scene); });
  }
  void look_again() {
    see([&](const Scene& scene) { return recheck(draft, scene), 0; });
  }
  [[nodiscard]] FinishPlan planned() {
    return see([&](const Scene& scene) { return finish_plan(draft, scene, "user:anna"); });
  }

  void prove(const policy::InternalRoute& tested, probe::Readiness readiness) {
    RouteProof proof;
    proof.route = tested.id;
    proof.label = policy::host_and_port(tested.host, tested.port);
    proof.tested = see([&](const Scene& scene) { return settings_text(scene.book, tested); });
    proof.verdict.readiness = readiness;
    proof.verdict.passes = readiness >= probe::Readiness::relaxed;
    proof.verdict.shown_as = proof.verdict.passes ? "green" : "TLS Not Supported";
    if (readiness != probe::Readiness::strict) {
      proof.verdict.why = tls::Reason{"certificate-self-signed", "It is self-signed."};
    }
    proof.time = now;
    put_proof(draft, std::move(proof));
  }
  void prove_all(probe::Readiness readiness = probe::Readiness::strict) {
    for (const auto& one : configuration.internal_routes) prove(one, readiness);
  }
};

inline tls::Reason no_starttls() {
  return {"starttls-not-supported", "mx.example does not offer STARTTLS."};
}

// One MX host that came to this.
inline probe::DomainFinding finding(std::string_view name, probe::Readiness readiness,
                                    std::string_view host = "mx1.partner.example") {
  probe::HostFinding server;
  server.host = domain(host);
  server.label = std::string(host);
  server.readiness = readiness;
  probe::DomainFinding made;
  made.domain = domain(name);
  made.readiness = readiness;
  if (readiness == probe::Readiness::strict) {
    made.pins = {tls::HostPattern::exact(domain(host))};
  } else {
    made.why = server.why = no_starttls();
  }
  made.hosts = {std::move(server)};
  return made;
}

}  // namespace postern::onboarding::testing
