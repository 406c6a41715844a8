#include "service/receipt/password_checker.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "io/crypto/tls.h"

namespace postern::receipt {

PasswordChecker::PasswordChecker(std::size_t waiting_limit)
    : nobody_(crypto::hash_password(base::base64(crypto::random_bytes(24)))),
      waiting_limit_(waiting_limit),
      thread_([this] { run(); }) {}

PasswordChecker::~PasswordChecker() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

net::Task<smtp::Login> PasswordChecker::check(net::Shard& shard, std::string hash,
                                              std::string password) {
  auto [receiver, sender] = net::handoff<smtp::Login>(shard);
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= waiting_limit_) {
      sender.set(smtp::Login::unavailable);
    } else {
      jobs_.push_back(Job{std::move(hash), std::move(password), std::move(sender)});
    }
  }
  wake_.notify_one();
  auto answer = co_await receiver;
  co_return answer;
}

void PasswordChecker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    const bool answer_only = stopping_;
    lock.unlock();
    smtp::Login login = smtp::Login::unavailable;
    if (!answer_only) {
      const bool known = !job.hash.empty();
      const bool right = crypto::verify_password(known ? job.hash : nobody_, job.password);
      login = known && right ? smtp::Login::accepted : smtp::Login::refused;
    }
    std::ranges::fill(job.password, '\0');
    job.answer.set(login);
    lock.lock();
  }
}

}  // namespace postern::receipt
