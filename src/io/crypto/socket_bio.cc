#include "io/crypto/socket_bio.h"

#include <sys/socket.h>

#include <cerrno>
#include <span>

namespace postern::crypto {
namespace {

Wire& wire_of(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

bool must_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

int send_bytes(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  Wire& wire = wire_of(bio);
  if (wire.socket == nullptr) {
    wire.error = EBADF;
    return 0;
  }
  const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (wire.more ? MSG_MORE : 0);
  ssize_t sent = 0;
  do {
    sent = ::send(wire.socket->descriptor(), bytes, size, flags);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) {
    *written = static_cast<std::size_t>(sent);
    return 1;
  }
  if (must_wait(errno)) {
    BIO_set_retry_write(bio);
  } else if (!wire.ended) {  // an alert that a closed connection did not take explains nothing
    wire.error = errno;
  }
  return 0;
}

int receive_bytes(BIO* bio, char* into, std::size_t size, std::size_t* read) {
  BIO_clear_retry_flags(bio);
  Wire& wire = wire_of(bio);
  wire.dry = false;
  const std::int64_t received =
      wire.socket == nullptr ? -EBADF : wire.socket->receive(std::span<char>(into, size));
  if (received > 0) {
    wire.received += static_cast<std::uint64_t>(received);
    *read = static_cast<std::size_t>(received);
    return 1;
  }
  if (received == 0) {
    wire.ended = true;
  } else if (must_wait(static_cast<int>(-received))) {
    wire.dry = true;
    BIO_set_retry_read(bio);
  } else {
    wire.error = static_cast<int>(-received);
  }
  return 0;
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return wire_of(bio).ended ? 1 : 0;
  return 0;
}

struct Method {
  Method()
      : method(required(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "postern socket"),
                        "make a BIO method")) {
    BIO_meth_set_write_ex(method.get(), send_bytes);
    BIO_meth_set_read_ex(method.get(), receive_bytes);
    BIO_meth_set_ctrl(method.get(), control);
  }
  std::unique_ptr<BIO_METHOD, Release<BIO_meth_free>> method;
};

const BIO_METHOD* socket_method() {
  static const Method once;  // a constant table: OpenSSL only builds it at run time
  return once.method.get();
}

}  // namespace

BioPtr socket_bio(Wire& wire) {
  BioPtr bio(required(BIO_new(socket_method()), "allocate a BIO"));
  BIO_set_data(bio.get(), &wire);
  BIO_set_init(bio.get(), 1);
  return bio;
}

Wire& wire_beneath(SSL* ssl) { return wire_of(SSL_get_wbio(ssl)); }

}  // namespace postern::crypto
