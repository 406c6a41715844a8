// What a domain publishes about TLS beside what it should (core/posture).
#pragma once

#include "core/posture/posture.h"
#include "service/api/described.h"

namespace postern::api {

POSTERN_API_WORDS(posture::Kind, "PostureKind", posture::kind_text, posture::Kind::mx,
                  posture::Kind::sts_record, posture::Kind::sts_host, posture::Kind::sts_policy,
                  posture::Kind::tlsa, posture::Kind::tls_reports, posture::Kind::dkim)
POSTERN_API_WORDS(posture::State, "PostureState", posture::state_text, posture::State::right,
                  posture::State::missing, posture::State::differs, posture::State::unknown,
                  posture::State::optional)

#define POSTERN_API_POSTURE_ITEM(F)                                                          \
  F(posture::Kind, kind, "What it is for.")                                                  \
  F(std::string, title, "The same in words.")                                                \
  F(std::string, name, "Where to publish it: a name, or the address of the policy.")         \
  F(std::string, type, "TXT, TLSA, CNAME, MX, or HTTPS.")                                    \
  F(std::string, value, "What to publish, a record a line; empty: nothing should be there.") \
  F(posture::State, state, "How it is now.")                                                 \
  F(std::vector<std::string>, found, "What is there now; escaped.")                          \
  F(std::string, why, "One sentence: what it is for, or what differs.")
POSTERN_API_TYPE(PostureItem, "A record, as it should be and as it is.", POSTERN_API_POSTURE_ITEM)

#define POSTERN_API_POSTURE(F)                                                         \
  F(std::string, domain, "The internal domain.")                                       \
  F(bool, good, "Nothing is missing, differs or could not be looked up.")              \
  F(std::string, dnssec, "Why DNSSEC validation does not work here; empty: it works.") \
  F(std::vector<PostureItem>, items, "In the order in which to publish them.")
POSTERN_API_TYPE(Posture, "What a domain publishes about TLS.", POSTERN_API_POSTURE)

}  // namespace postern::api
