// Set Up Your TLS Policies: the shared draft of an account, its live tests, and Finish.
//
// Every change reads the draft from the records, brings it in line with what is configured now,
// makes the one step that was asked for, and writes it back, in one transaction: two administrators
// at once never lose each other's lines, and a restart loses nothing. What the jobs find is merged
// in while they run. Finish is one change of the configuration that takes the draft with it, so a
// second one finds nothing to do.
#pragma once

#include <map>
#include <string>

#include "service/api/changes.h"
#include "service/api/desk.h"
#include "service/api/jobs.h"
#include "service/api/kept_draft.h"
#include "service/api/operations.h"

namespace postern::api {

class Drafts {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
    Desk& writes;
    Changes& changes;
    const service::BookSource& book;
    Jobs& jobs;
  };
  explicit Drafts(Needs needs) : needs_(needs), followers_(needs.shard) {}

  [[nodiscard]] Handled<Draft> get(Call call);
  [[nodiscard]] Handled<Draft> change(Call call, DraftChange wanted);
  [[nodiscard]] Handled<Draft> discard(Call call);
  [[nodiscard]] Handled<Job> validate(Call call, RouteTestInput input);
  [[nodiscard]] Handled<Draft> add_domains(Call call, DraftLines lines);
  [[nodiscard]] Handled<Draft> change_domain(Call call, DraftDomainChange wanted);
  [[nodiscard]] Handled<Draft> remove_domain(Call call);
  [[nodiscard]] Handled<Draft> take_domains(Call call);
  [[nodiscard]] Handled<Job> probe(Call call);
  [[nodiscard]] Handled<Draft> add_removal(Call call, DraftRemoval removal);
  [[nodiscard]] Handled<Draft> drop_removal(Call call);
  [[nodiscard]] Handled<Plan> plan(Call call);
  [[nodiscard]] Handled<Finished> finish(Call call);

  // Told after each change of an account's draft, with who made it: "user:anna"; "gateway" for what
  // the jobs found.
  [[nodiscard]] Hub<base::AccountId, std::string>& changed() { return changed_; }

  // Waits until what the jobs found is kept. Stop the jobs first.
  [[nodiscard]] net::Task<void> stop();

 private:
  // One step of a draft; on the thread of the records, so it holds values only.
  using Step = std::function<base::Result<>(onboarding::Draft&, const onboarding::Scene&)>;
  struct Edit;
  static Outcome<Draft> make(records::Records& records, const Edit& edit);
  net::Task<Outcome<Draft>> edit(Edit edit);
  [[nodiscard]] Edit edit_of(const Call& call, Step step) const;
  Handled<Draft> answer(Call call, Step step);

  void follow(const Job& job, Jobs::Book book, base::AccountId account);
  net::Task<void> merge_results(std::string id, Jobs::Book book, base::AccountId account);
  [[nodiscard]] std::optional<std::string> running_job(base::AccountId account) const;
  Outcome<Job> start_probe(const Call& call, const std::vector<dns::Domain>& domains);

  struct Finish;
  struct FinishResult;
  static FinishResult make(records::Records& records, const Finish& finish);

  Needs needs_;
  Hub<base::AccountId, std::string> changed_;
  std::map<base::AccountId, std::string> jobs_;  // whose results are being merged
  net::TaskGroup followers_;
};

void declare_drafts(Operations& operations, Drafts* drafts);

}  // namespace postern::api
