// Beast stands on Asio, which is compiled separately (BOOST_ASIO_SEPARATE_COMPILATION): its
// functions live here, once. The event loop does not use Asio (io/net/loop.h says why).
#include <boost/asio/impl/src.hpp>
