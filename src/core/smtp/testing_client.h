// For tests of the client's dialogue: a server's part read from a script, played without I/O.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/smtp/client_dialogue.h"

namespace postern::smtp::testing {

// What the client must have said since the last turn, and what the server answers then. "(TLS)"
// stands in `client` where a handshake took place, "(body dotted)" and the like for a body that the
// owner sent, "(inspect)" for an inspection.
struct Turn {
  std::string client;
  std::string server;
};

struct Script {
  std::string name;
  ClientSetup setup;
  tls::Observation handshake;
  BodyTraits traits;
  std::vector<OutgoingMessage> messages;
  std::vector<Turn> turns;
};

inline dns::Domain domain(std::string_view text) { return dns::Domain::parse(text).value(); }

inline tls::CertificateFacts certificate_for(std::string name) {
  tls::CertificateFacts facts;
  facts.subject = "CN=" + name;
  facts.issuer = "CN=Example CA";
  facts.dns_names = {std::move(name)};
  facts.not_after = base::instant(4'000'000'000'000'000);
  return facts;
}

inline tls::Observation trusted_handshake(std::string name = "mx1.example.com") {
  tls::Observation seen;
  seen.handshake = tls::Handshake::done;
  seen.version = tls::Version::tls1_3;
  seen.cipher = "TLS_AES_256_GCM_SHA384";
  seen.group = "X25519";
  seen.certificate = certificate_for(std::move(name));
  seen.chain = tls::Chain::trusted;
  return seen;
}

inline tls::Observation failed_handshake() {
  tls::Observation seen;
  seen.handshake = tls::Handshake::failed;
  seen.detail = "no protocols in common";
  return seen;
}

inline tls::Demand demand(tls::Wish wish) {
  return {{tls::SourceKind::policy, 1, "policy example.com"}, std::move(wish)};
}

inline tls::Requirement relaxed() {
  tls::Requirement requirement;
  requirement.add(demand(tls::Encrypt{}));
  requirement.add(demand(tls::AtLeast{tls::Version::tls1_2}));
  return requirement;
}

inline tls::Requirement strict(std::string_view name = "mx1.example.com") {
  tls::Requirement requirement = relaxed();
  tls::Authenticate authenticate;
  authenticate.names = {domain(name)};
  requirement.add(demand(std::move(authenticate)));
  return requirement;
}

inline ClientSetup setup_for(tls::Requirement requirement) {
  ClientSetup setup;
  setup.helo_name = "gw.postern.example";
  setup.label = "mx1.example.com [192.0.2.1]";
  setup.requirement = std::move(requirement);
  setup.observation.host = domain("mx1.example.com");
  setup.observation.peer = *base::Endpoint::parse("192.0.2.1:25");
  return setup;
}

// Drives a dialogue as run_dialogue would, and writes down what the client said.
class Player {
 public:
  Player(const Script& script, Transcript::Keep keep = Transcript::Keep::nothing)
      : script_(script), dialogue(script.setup, keep) {
    pump();
  }

  // Everything up to the next moment at which the peer must speak.
  void pump() {
    for (;;) {
      said_ += std::exchange(dialogue.output(), {});
      const ClientStep step = dialogue.step();
      if (std::holds_alternative<StartTls>(step)) {
        said_ += "(TLS)";
        dialogue.on_tls(script_.handshake);
      } else if (std::holds_alternative<InspectBody>(step)) {
        said_ += "(inspect)";
        dialogue.on_inspected(script_.traits);
      } else if (const auto* body = std::get_if<SendBody>(&step)) {
        said_ += body->framing == Framing::dotted ? "(body dotted)" : "(body chunk)";
        if (body->conversion == Conversion::seven_bit) said_ += "(7bit)";
        dialogue.on_body_sent();
      } else if (std::holds_alternative<Idle>(step)) {
        idle();
      } else {
        return;
      }
    }
  }

  void hears(std::string_view bytes) {
    dialogue.on_input(bytes);
    pump();
  }
  void loses_the_connection() {
    dialogue.on_closed(base::Failure{"connection-lost", "The peer closed the connection.", ""});
    pump();
  }
  [[nodiscard]] std::string said() { return std::exchange(said_, {}); }
  [[nodiscard]] bool finished() const { return std::holds_alternative<Finished>(dialogue.step()); }

 private:
  void idle() {
    if (dialogue.result() != nullptr) results.push_back(*dialogue.result());
    if (next_ == script_.messages.size()) return dialogue.quit();
    const auto assigned = dialogue.assign(script_.messages[next_++], script_.setup.requirement);
    if (!assigned) unmet = assigned.error();
  }

  const Script& script_;
  std::size_t next_ = 0;
  std::string said_;

 public:
  ClientDialogue dialogue;
  std::vector<MessageResult> results;  // at each idle moment
  std::optional<tls::Unmet> unmet;     // of the last assign()
};

}  // namespace postern::smtp::testing
