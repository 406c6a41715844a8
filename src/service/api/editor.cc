#include "service/api/editor.h"

#include <utility>

namespace postern::api {

namespace {

constexpr int most_tries = 8;

struct Made {
  enum class Fate { done, overtaken } fate = Fate::done;
  std::int64_t id = 0;
  std::int64_t revision = 0;  // of the records, afterwards
};

// On the records' thread. Once the change has begun nobody else can commit, so the revision read
// then is the one that the change builds on.
base::Result<Made> make(records::Records& records, const records::Actor& actor, base::Instant now,
                        std::int64_t decided_on, const Editor::Work& work) {
  auto change = records.change(actor, now);
  if (!change) return std::unexpected(change.error());
  const auto revision = records.revision();
  if (!revision) return std::unexpected(revision.error());
  if (*revision != decided_on) return Made{Made::Fate::overtaken, 0, *revision};
  const auto id = work(**change);
  if (!id) return std::unexpected(id.error());
  if (auto finished = (*change)->finish(); !finished) return std::unexpected(finished.error());
  const auto after = records.revision();
  if (!after) return std::unexpected(after.error());
  return Made{Made::Fate::done, *id, *after};
}

// The account is looked up anew: it may have gone.
bool take_book(Call& call, std::shared_ptr<const policy::PolicyBook> book) {
  const bool in_account = call.account != nullptr;
  const std::string name = in_account ? call.account->name : "";
  call.book = std::move(book);
  call.account = in_account ? call.book->account_named(name) : nullptr;
  return !in_account || call.account != nullptr;
}

}  // namespace

net::Task<Outcome<std::int64_t>> Editor::edit(Call& call, Decide decide) {
  for (int tries = 0; tries < most_tries; ++tries) {
    auto work = decide(call);
    if (!work) co_return std::unexpected(std::move(work.error()));
    if (!*work) co_return std::int64_t{0};
    std::function<base::Result<Made>(records::Records&)> job =
        [actor = call.who.actor(), now = needs_.shard.wall_now(),
         decided_on = call.book->revision(), work = *std::move(work)](records::Records& records) {
          return make(records, actor, now, decided_on, work);
        };
    auto made = co_await needs_.writes.run<base::Result<Made>>(needs_.shard, std::move(job));
    if (!made) co_return refuse(made.error());
    co_await needs_.changes.in_force(made->revision);
    const bool still_there = take_book(call, needs_.book.current());
    if (made->fate == Made::Fate::done) co_return made->id;
    if (!still_there) co_return refuse(404, "not-found", "The account has just been removed.");
  }
  Problem busy{503, "records-busy", "Others change the configuration all the time; try again."};
  busy.retry_after = 1;
  co_return std::unexpected(std::move(busy));
}

}  // namespace postern::api
