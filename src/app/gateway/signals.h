// Signals as calls: a thread of its own waits for SIGTERM, SIGINT and SIGHUP and reports them. Made
// before any other thread, so that all of them inherit the blocked mask.
#pragma once

#include <functional>
#include <thread>

namespace postern::app {

class Signals {
 public:
  Signals();   // blocks the signals in this thread and all that it starts
  ~Signals();  // ends the thread

  // Starts reporting. The functions run on the signal thread; they post to where they belong.
  void watch(std::function<void()> on_stop, std::function<void()> on_reload);

 private:
  std::thread thread_;
};

}  // namespace postern::app
