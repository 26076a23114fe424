// The one translation unit that compiles the OpenSSL half of Asio.
#include <boost/asio/ssl/impl/src.hpp>
