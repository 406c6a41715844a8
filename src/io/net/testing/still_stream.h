// A Stream for tests that is connected to nothing: what is written is gone, and it has no
// addresses. What a read answers is for a test to say.
#pragma once

#include "io/net/stream.h"
#include "io/net/task.h"

namespace postern::net::testing {

class StillStream : public Stream {
 public:
  Task<base::Result<>> write(std::string_view, base::Deadline) override {
    co_return base::Result<>();
  }
  void finish() override {}
  void close() override {}
  base::Endpoint peer() const override { return {}; }
  base::Endpoint local() const override { return {}; }
};

}  // namespace postern::net::testing
