// The enumerations that the API shows, with their words: those of docs/tls-policy.md.
#pragma once

#include "core/policy/model.h"
#include "core/policy/words.h"
#include "core/probe/findings.h"
#include "core/queue/evidence.h"
#include "core/tls/mode.h"
#include "core/tls/source_value.h"
#include "service/api/described.h"

namespace postern::api {

POSTERN_API_WORDS(tls::Mode, "Mode", tls::api_value, tls::Mode::opportunistic, tls::Mode::relaxed,
                  tls::Mode::strict)
POSTERN_API_WORDS(tls::Stage, "Stage", tls::stage_text, tls::Stage::enforce, tls::Stage::monitor)
POSTERN_API_WORDS(tls::SourceKind, "SourceKind", tls::source_value, tls::SourceKind::policy,
                  tls::SourceKind::internal_route, tls::SourceKind::external_route,
                  tls::SourceKind::dane, tls::SourceKind::mta_sts, tls::SourceKind::requiretls,
                  tls::SourceKind::floor)
POSTERN_API_WORDS(policy::Accept, "Accept", policy::accept_text, policy::Accept::any,
                  policy::Accept::pkix, policy::Accept::dane)
POSTERN_API_WORDS(policy::Floor, "Floor", policy::floor_text, policy::Floor::standard,
                  policy::Floor::tls1_3, policy::Floor::legacy)
POSTERN_API_WORDS(policy::StsMode, "StsMode", policy::sts_mode_text, policy::StsMode::off,
                  policy::StsMode::none, policy::StsMode::testing, policy::StsMode::enforce)
POSTERN_API_WORDS(policy::OnFailure, "OnFailure", policy::on_failure_text, policy::OnFailure::defer,
                  policy::OnFailure::bounce)
POSTERN_API_WORDS(policy::TlsStart, "TlsStart", policy::tls_start_text, policy::TlsStart::starttls,
                  policy::TlsStart::implicit)
POSTERN_API_WORDS(policy::InternalSender::Kind, "SenderKind", policy::sender_kind_text,
                  policy::InternalSender::Kind::address_range,
                  policy::InternalSender::Kind::credentials,
                  policy::InternalSender::Kind::client_certificate)
POSTERN_API_WORDS(probe::Readiness, "Readiness", probe::readiness_value, probe::Readiness::unknown,
                  probe::Readiness::not_ready, probe::Readiness::relaxed, probe::Readiness::strict)
POSTERN_API_WORDS(queue::Hop, "Hop", queue::hop_text, queue::Hop::partner_to_gateway,
                  queue::Hop::gateway_to_internal, queue::Hop::internal_to_gateway,
                  queue::Hop::gateway_to_partner)
POSTERN_API_WORDS(queue::AttemptOutcome, "AttemptOutcome", queue::outcome_text,
                  queue::AttemptOutcome::accepted, queue::AttemptOutcome::delivered,
                  queue::AttemptOutcome::deferred, queue::AttemptOutcome::refused,
                  queue::AttemptOutcome::bounced, queue::AttemptOutcome::probed)

}  // namespace postern::api
