#include "io/net/readiness.h"

#include <sys/epoll.h>

#include <utility>

#include "io/net/loop.h"

namespace postern::net {

Readiness::Readiness(Shard& shard, int descriptor)
    : shard_(shard), descriptor_(descriptor), error_(shard.loop().watch(descriptor, *this)) {}

Readiness::~Readiness() { forget(); }

void Readiness::forget() {
  if (descriptor_ < 0) return;
  if (error_ == 0) shard_.loop().forget(descriptor_);
  descriptor_ = -1;
  wake_all(readers_, Wake::cancelled);
  wake_all(writers_, Wake::cancelled);
}

Waiter Readiness::next(Direction direction, base::Deadline deadline) {
  return Waiter(shard_, deadline, direction == Direction::read ? &readers_ : &writers_);
}

void Readiness::happened(std::uint32_t events) {
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) ended_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    announced_ = true;
    wake_all(readers_, Wake::ready);
  }
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) wake_all(writers_, Wake::ready);
}

}  // namespace postern::net
