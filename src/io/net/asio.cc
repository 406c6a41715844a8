#include "io/net/asio.h"

#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/impl/src.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <system_error>

#include "io/net/loop.h"

namespace postern::net {
namespace {

namespace asio = boost::asio;

class AsioHost final : public LoopHost {
 public:
  explicit AsioHost(Shard::Loop& loop) : loop_(loop), inner_(context) {
    const int copy = ::dup(loop.epoll.get());
    if (copy < 0) throw std::system_error(errno, std::generic_category(), "dup");
    inner_.assign(copy);
  }

  void turn() override {
    if (!armed_) {
      armed_ = true;
      inner_.async_wait(asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code&) { armed_ = false; });
    }
    if (loop_.may_sleep()) {
      context.run_one();
    } else {
      context.poll_one();
    }
    loop_.turn(Blocking::no);
  }

  asio::io_context context{1};

 private:
  Shard::Loop& loop_;
  asio::posix::stream_descriptor inner_;
  bool armed_ = false;
};

}  // namespace

asio::io_context& io_context(Shard& shard) {
  auto& loop = shard.loop();
  if (loop.host == nullptr) loop.host = std::make_unique<AsioHost>(loop);
  return static_cast<AsioHost&>(*loop.host).context;
}

}  // namespace postern::net
