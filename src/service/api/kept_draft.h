// The draft as text in the records, and as the API shows it. The text is JSON of described types,
// read as strictly as a request.
#pragma once

#include <string>

#include "core/onboarding/draft.h"
#include "core/onboarding/finish_plan.h"
#include "io/records/records.h"
#include "service/api/problem.h"
#include "service/api/wizard_types.h"

namespace postern::api {

// Empty text is an empty draft. Problem "draft-unreadable" for what another version wrote.
[[nodiscard]] Outcome<onboarding::Draft> read_draft(const std::string& text);
[[nodiscard]] std::string draft_text(const onboarding::Draft& draft);

// `draft` was rechecked with the scene already. `job` is the running one's id, if any.
[[nodiscard]] Draft shown(const onboarding::Draft& draft, const records::KeptDraft& kept,
                          const onboarding::Scene& scene, std::optional<std::string> job);

// With how much mail of the last 30 days each change touches.
[[nodiscard]] base::Result<std::vector<Planned>> shown(
    const std::vector<onboarding::PlannedChange>& changes, const onboarding::Scene& scene,
    records::Records& records);

}  // namespace postern::api
