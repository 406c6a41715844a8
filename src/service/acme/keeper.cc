#include "service/acme/keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/mtasts/cache.h"
#include "core/tls/names.h"

namespace postern::acme {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kEvery = 30s;
constexpr std::chrono::milliseconds kOrderLimit = 5min;
constexpr std::chrono::milliseconds kLookLimit = 30s;
constexpr std::chrono::days kStopgapLife{90};
constexpr std::size_t kLongestReason = 600;

}  // namespace

Keeper::Keeper(Needs needs)
    : needs_(std::move(needs)),
      client_(needs_.https, needs_.settings.account),
      group_(needs_.https.shard),
      wake_(needs_.https.shard) {}

// --- which, and how they stand -------------------------------------------------------------------

std::vector<Keeper::Names> Keeper::wanted() const {
  std::vector<Names> all;
  if (!needs_.settings.names.empty()) all.push_back(needs_.settings.names);
  if (!needs_.settings.policy_hosts) return all;
  for (const policy::InternalDomain& one : needs_.book.current()->configuration().domains) {
    if (!one.validated || one.sts.mode == policy::StsMode::off) continue;
    dns::Domain host = mtasts::policy_host(one.domain);
    if (!host.empty()) all.push_back({std::move(host)});
  }
  return all;
}

base::Result<Keeper::Names> Keeper::find(const dns::Domain& name) const {
  for (Names& names : wanted()) {
    if (names.front() == name) return std::move(names);
  }
  return base::fail("not-found",
                    fmt::format("No certificate of {} is kept here. Those that are: postern "
                                "certificate list",
                                name.text()));
}

Kept Keeper::look_at(const Names& names) const {
  const dns::Domain& name = names.front();
  Kept kept{.names = names, .leaf = {}, .renewal = {}, .attempts = attempts_of(name)};
  if (auto leaf = needs_.folder.leaf(name)) kept.leaf = *std::move(leaf);
  if (kept.leaf) kept.renewal = renew_at(kept.leaf->not_before, kept.leaf->not_after);
  if (auto waiting = needs_.folder.waiting(name); waiting && !waiting->empty()) {
    if (auto chain = crypto::read_certificates(*std::move(waiting))) kept.waiting = chain->front();
  }
  if (auto next = needs_.folder.next_key(name); next && *next) {
    kept.next_key = (*next)->spki_sha256();
  }
  const auto waits = waits_.find(name);
  if (waits != waits_.end()) kept.waits_for = waits->second.why;
  return kept;
}

std::vector<Kept> Keeper::list() const {
  std::vector<Kept> all;
  for (const Names& names : wanted()) all.push_back(look_at(names));
  return all;
}

Attempts Keeper::attempts_of(const dns::Domain& name) const {
  const auto known = attempts_.find(name);
  return known == attempts_.end() ? needs_.folder.attempts(name) : known->second;
}

bool Keeper::is_due(const Kept& kept) const {
  if (asked_.contains(kept.names.front())) return true;
  const base::Instant now = shard().wall_now();
  if (now < kept.attempts.next) return false;
  const auto& newest = kept.waiting ? kept.waiting : kept.leaf;
  if (!newest || newest->self_signed) return true;
  if (now >= renew_at(newest->not_before, newest->not_after)) return true;
  return !std::ranges::all_of(kept.names, [&](const dns::Domain& name) {
    return tls::match_name(*newest, {&name, 1}).has_value();
  });
}

// A renewal keeps the key, so that TLSA records of it stay true.
base::Result<Folder::Key> Keeper::key_for(const dns::Domain& name) const {
  auto leaf = needs_.folder.leaf(name);
  if (leaf && !*leaf) return crypto::CertificateKey::make();
  return needs_.folder.key(name);
}

// --- by hand -------------------------------------------------------------------------------------

base::Result<> Keeper::prepare() {
  if (needs_.settings.names.empty()) return {};
  const Names& names = needs_.settings.names;
  auto leaf = needs_.folder.leaf(names.front());
  if (!leaf) return std::unexpected(leaf.error());
  const base::Instant now = shard().wall_now();
  if (*leaf && now < (*leaf)->not_after) return {};
  auto key = key_for(names.front());
  if (!key) return std::unexpected(key.error());
  const std::string chain = (*key)->self_signed({names, now - 1h, now + kStopgapLife});
  return needs_.folder.put(names.front(), **key, chain);
}

base::Result<> Keeper::renew(const dns::Domain& name) {
  auto names = find(name);
  if (!names) return std::unexpected(names.error());
  asked_.insert(name);
  wake_.notify();
  return {};
}

base::Result<Kept> Keeper::roll(const dns::Domain& name) {
  auto names = find(name);
  if (!names) return std::unexpected(names.error());
  auto next = needs_.folder.make_next_key(name);
  if (!next) return std::unexpected(next.error());
  wake_.notify();
  return look_at(*names);
}

base::Result<> Keeper::unroll(const dns::Domain& name) {
  auto names = find(name);
  if (!names) return std::unexpected(names.error());
  if (!look_at(*names).next_key) {
    return base::fail("not-found", fmt::format("No next key of {} waits.", name.text()));
  }
  needs_.folder.drop_next_key(name);
  waits_.erase(name);
  return {};
}

// --- by itself -----------------------------------------------------------------------------------

void Keeper::start() { group_.start(run()); }

net::Task<void> Keeper::stop() {
  group_.cancel();
  co_await group_.join();
}

net::Task<void> Keeper::run() {
  while (!group_.cancellation().requested()) {
    wake_.reset();
    const std::vector<Names> all = wanted();
    for (const Names& names : all) {
      if (!group_.cancellation().requested()) co_await tend(names);
    }
    base::Deadline next = group_.within(kEvery);
    (void)co_await wake_.wait(next);
  }
}

net::Task<void> Keeper::tend(Names names) {
  const dns::Domain name = names.front();
  Kept kept = look_at(names);
  if (kept.waiting) co_await tend_waiting(kept);
  if (kept.next_key) co_await tend_next_key(kept);
  if (group_.cancellation().requested() || !is_due(look_at(names))) co_return;
  asked_.erase(name);
  auto key = key_for(name);
  if (!key) {
    failed(name, key.error());
    co_return;
  }
  (void)co_await get(std::move(names), *std::move(key));
}

// May a certificate of this key take the place of the one in force?
net::Task<Standing> Keeper::look(Kept kept, tls::Sha256 key, TlsaWatch::Proves after) {
  const bool is_same = kept.leaf && kept.leaf->spki == key;
  TlsaWatch::Change change{key, is_same ? TlsaWatch::Key::same : TlsaWatch::Key::another,
                           needs_.in_force, std::move(after)};
  base::Deadline deadline = group_.within(kLookLimit);
  const TlsaWatch::Verdict verdict = co_await needs_.watch.look(std::move(change), deadline);
  if (group_.cancellation().requested()) co_return Standing::unknown;
  tell_wait(kept.names.front(), verdict);
  co_return verdict.standing;
}

net::Task<void> Keeper::tend_waiting(Kept kept) {
  const dns::Domain name = kept.names.front();
  auto chain = needs_.folder.waiting(name);
  if (!kept.waiting || !chain || chain->empty()) co_return;
  // TLSA records are of mail servers: nobody asks for those of a policy host.
  Standing standing = Standing::clear;
  if (kept.names == needs_.settings.names) {
    const base::Instant now = shard().wall_now();
    TlsaWatch::Proves after = [pem = *chain, now](const dns::Domain& host,
                                                  const std::vector<dns::Tlsa>& usable) {
      return crypto::chain_proved_by(pem, host, usable, now);
    };
    standing = co_await look(kept, kept.waiting->spki, std::move(after));
    // With DNS away, a certificate that nobody takes any more is worth nothing.
    const bool nothing_to_lose = !kept.leaf || now >= kept.leaf->not_after;
    if (standing == Standing::unknown && nothing_to_lose) standing = Standing::clear;
  }
  if (group_.cancellation().requested() || standing != Standing::clear) co_return;
  if (auto taken = needs_.folder.take_waiting(name); !taken) {
    failed(name, taken.error());
    co_return;
  }
  waits_.erase(name);
  needs_.changed();
}

net::Task<void> Keeper::tend_next_key(Kept kept) {
  const dns::Domain name = kept.names.front();
  const tls::Sha256 spki = *kept.next_key;
  TlsaWatch::Proves after = [spki](const dns::Domain&, const std::vector<dns::Tlsa>& usable) {
    return vouches_for(usable, spki);
  };
  const Standing standing = co_await look(kept, spki, std::move(after));
  auto next = needs_.folder.next_key(name);
  const bool still_waits = next && *next && (*next)->spki_sha256() == spki;
  if (standing != Standing::clear || !still_waits) co_return;
  if (shard().wall_now() < kept.attempts.next && !asked_.contains(name)) co_return;
  asked_.erase(name);
  const bool got = co_await get(kept.names, *std::move(next));
  if (got) needs_.folder.drop_next_key(name);
}

void Keeper::tell_wait(const dns::Domain& name, const TlsaWatch::Verdict& verdict) {
  const auto known = waits_.find(name);
  const bool news = known == waits_.end() || known->second.standing != verdict.standing;
  waits_[name] = verdict;
  if (!news || verdict.standing == Standing::clear) return;
  needs_.events.emit(observe::Event::certificate_waits,
                     {{"name", name.text()}, {"why", verdict.why}});
}

net::Task<bool> Keeper::get(Names names, Folder::Key key) {
  const dns::Domain name = names.front();
  Wish wish{names, key, needs_.settings.challenge};
  base::Deadline deadline = group_.within(kOrderLimit);
  auto chain = co_await obtain(client_, needs_.responder, std::move(wish), deadline);
  if (group_.cancellation().requested()) co_return false;
  if (!chain) {
    failed(name, chain.error());
    co_return false;
  }
  if (auto put = needs_.folder.put_waiting(name, *key, *chain); !put) {
    failed(name, put.error());
    co_return false;
  }
  succeeded(name, *chain);
  Kept kept = look_at(names);
  co_await tend_waiting(std::move(kept));
  co_return true;
}

void Keeper::failed(const dns::Domain& name, const base::Failure& why) {
  Attempts& attempts = attempts_[name] = attempts_of(name);
  ++attempts.failures;
  attempts.next = shard().wall_now() + wait_after(attempts.failures);
  attempts.why = why.text.substr(0, kLongestReason);
  if (auto saved = needs_.folder.save(name, attempts); !saved) attempts.why += saved.error().text;
  needs_.events.emit(observe::Event::certificate_not_obtained,
                     {{"name", name.text()},
                      {"why", attempts.why},
                      {"failures", std::to_string(attempts.failures)},
                      {"next", base::rfc3339(attempts.next)}});
}

void Keeper::succeeded(const dns::Domain& name, const std::string& chain) {
  attempts_[name] = {};
  (void)needs_.folder.save(name, {});  // an old note only makes the next attempt later
  const auto read = crypto::read_certificates(chain);
  const std::string until = read ? base::rfc3339(read->front().not_after) : "";
  needs_.events.emit(observe::Event::certificate_obtained,
                     {{"name", name.text()}, {"expires", until}});
}

}  // namespace postern::acme
