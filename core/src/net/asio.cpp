// The one translation unit that compiles Asio; users and our other files see declarations only.
#include <boost/asio/impl/src.hpp>
