// Beast is compiled separately (BOOST_BEAST_SEPARATE_COMPILATION): its functions live here, once.
#include <boost/beast/src.hpp>
