#include "app/gateway/signals.h"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace postern::app {

namespace {

// SIGUSR2 is ours: it ends the waiting thread.
sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Signals::Signals() {
  sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::~Signals() {
  if (!thread_.joinable()) return;
  pthread_kill(thread_.native_handle(), SIGUSR2);
  thread_.join();
}

void Signals::watch(std::function<void()> on_stop, std::function<void()> on_reload) {
  thread_ = std::thread([stop = std::move(on_stop), reload = std::move(on_reload)] {
    sigset_t set = watched();
    for (;;) {
      int signal = 0;
      if (sigwait(&set, &signal) != 0) continue;
      if (signal == SIGUSR2) return;
      if (signal == SIGHUP) {
        reload();
      } else {
        stop();
      }
    }
  });
}

}  // namespace postern::app
